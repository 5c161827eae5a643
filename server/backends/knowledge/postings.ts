/** Which documents hold a term, and how much it counts in each: one flat list, cut by term. */
export interface Postings {
  readonly starts: Int32Array
  readonly documents: Int32Array
  readonly weights: Float32Array
}

/** A list for each term that is as long as it was counted to be, still empty; `next` is where each goes on. */
export function emptyPostings(counts: Int32Array): Postings & { next: Int32Array } {
  const starts = new Int32Array(counts.length + 1)
  for (let term = 0; term < counts.length; term++) starts[term + 1] = (starts[term] ?? 0) + (counts[term] ?? 0)
  const all = starts[counts.length] ?? 0
  return { starts, next: starts.slice(), documents: new Int32Array(all), weights: new Float32Array(all) }
}

export function holdersOf({ starts }: Postings, term: number): number {
  return (starts[term + 1] ?? 0) - (starts[term] ?? 0)
}

/** What a question adds up to in each document; only those that it touched are looked at and wiped. */
export interface Sums {
  readonly values: Float64Array
  /** The first `count` are the documents with a sum above 0. */
  readonly touched: Int32Array
  count: number
}

export function createSums(documents: number): Sums {
  return { values: new Float64Array(documents), touched: new Int32Array(documents), count: 0 }
}

export function wipe(sums: Sums): void {
  for (let at = 0; at < sums.count; at++) sums.values[sums.touched[at] ?? 0] = 0
  sums.count = 0
}

/** Adds the term's weight in each document, `times` over. */
export function addTo(
  sums: Sums,
  { starts, documents, weights }: Postings,
  { term, times }: { term: number; times: number },
): void {
  const { values, touched } = sums
  const end = starts[term + 1] ?? 0
  for (let at = starts[term] ?? 0; at < end; at++) {
    const more = times * (weights[at] ?? 0)
    if (more <= 0) continue
    const document = documents[at] ?? 0
    const have = values[document] ?? 0
    if (have === 0) touched[sums.count++] = document
    values[document] = have + more
  }
}
