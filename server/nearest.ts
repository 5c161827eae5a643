/** The candidate that was probably meant, or undefined when none is close. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const plain = bare(word)
  const tail = candidates.find((one) => bare(one.split('.').at(-1) ?? one) === plain)
  if (tail !== undefined) return tail
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: levenshtein(plain, bare(candidate)) }))
    .sort((a, b) => a.distance - b.distance)
  const best = ranked[0]
  return best && best.distance <= Math.max(2, Math.floor(word.length / 3)) ? best.candidate : undefined
}

/** Fewest insertions, deletions and replacements that make `b` of `a`. */
export function levenshtein(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const line = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1
      line.push(Math.min((line[column - 1] ?? 0) + 1, (above[column] ?? 0) + 1, (above[column - 1] ?? 0) + same))
    }
    above = line
  }
  return above[b.length] ?? 0
}

/** Case, "-" and "_" tell two names apart for nobody. */
export function bare(name: string): string {
  return name.replaceAll(/[-_]/g, '').toLowerCase()
}
