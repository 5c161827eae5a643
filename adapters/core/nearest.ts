/** The candidate that was probably meant, or undefined when none is close. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const plain = bare(word)
  const tail = candidates.find((one) => bare(one.split('.').at(-1) ?? one) === plain)
  if (tail !== undefined) return tail
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: distanceTo(plain, candidate) }))
    .sort((a, b) => a.distance - b.distance)
  const best = ranked[0]
  return best && best.distance <= allowed(plain) ? best.candidate : undefined
}

/** Short words are near to everything, so they are allowed fewer slips. */
function allowed({ length }: string): number {
  if (length <= 3) return 0
  return length <= 5 ? 1 : 2
}

/** To the whole name or to its last step, whichever is nearer. */
function distanceTo(plain: string, candidate: string): number {
  return Math.min(slips(plain, bare(candidate)), slips(plain, bare(candidate.split('.').at(-1) ?? candidate)))
}

/** Fewest insertions, deletions, replacements and swaps of neighbours that make `b` of `a`. */
export function slips(a: string, b: string): number {
  let before: number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const line = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      line.push(
        Math.min(
          (line[column - 1] ?? 0) + 1,
          (above[column] ?? 0) + 1,
          (above[column - 1] ?? 0) + same,
          swapped ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
        ),
      )
    }
    before = above
    above = line
  }
  return above[b.length] ?? 0
}

/** Case, "-" and "_" tell two names apart for nobody. */
export function bare(name: string): string {
  return name.replaceAll(/[-_]/g, '').toLowerCase()
}
