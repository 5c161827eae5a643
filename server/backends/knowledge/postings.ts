/** Which documents hold a term, and how much it counts in each: one flat list, cut by term. */
export interface Postings {
  /** Adds the term's weight in each document, `times` over, to the document's sum. */
  add(term: number, times: number, sums: Float64Array): void
}

export interface Posting {
  term: number
  document: number
  weight: number
}

export function createPostings(all: readonly Posting[], terms: number): Postings {
  const starts = new Int32Array(terms + 1)
  for (const { term } of all) starts[term + 1] = (starts[term + 1] ?? 0) + 1
  for (let term = 0; term < terms; term++) starts[term + 1] = (starts[term + 1] ?? 0) + (starts[term] ?? 0)
  const next = starts.slice()
  const documents = new Int32Array(all.length)
  const weights = new Float32Array(all.length)
  for (const { term, document, weight } of all) {
    const at = next[term] ?? 0
    next[term] = at + 1
    documents[at] = document
    weights[at] = weight
  }

  return {
    add(term, times, sums) {
      const end = starts[term + 1] ?? 0
      for (let at = starts[term] ?? 0; at < end; at++) {
        const document = documents[at] ?? 0
        sums[document] = (sums[document] ?? 0) + times * (weights[at] ?? 0)
      }
    },
  }
}
