/** Which documents hold a term, and how much it counts in each: one flat list, cut by term. */
export interface Postings {
  each(term: number, visit: (document: number, weight: number) => void): void
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
    each(term, visit) {
      const end = starts[term + 1] ?? 0
      for (let at = starts[term] ?? 0; at < end; at++) visit(documents[at] ?? 0, weights[at] ?? 0)
    },
  }
}
