/** Words that are known, to be found by what was mistyped. */
export interface NearWords {
  /** Known words that the mistyped one may stand for, with how close it is (0 … 1), closest first; none for short words. */
  of(word: string): readonly { word: string; closeness: number }[]
}

const MOST = 3

export function createNearWords(words: Iterable<string>): NearWords {
  const byLength = new Map<number, { word: string; letters: number }[]>()
  for (const word of words) {
    if (!/^[\p{L}\p{N}]{3,30}$/u.test(word) || /\p{Script=Han}/u.test(word)) continue
    const list = byLength.get(word.length) ?? []
    list.push({ word, letters: lettersOf(word) })
    byLength.set(word.length, list)
  }

  return {
    of(word) {
      if (!/^\p{L}{4,30}$/u.test(word) || /\p{Script=Han}/u.test(word)) return []
      const most = word.length < 8 ? 1 : 2
      const letters = lettersOf(word)
      const found: { word: string; closeness: number }[] = []
      for (let length = word.length - most; length <= word.length + most; length++)
        for (const known of byLength.get(length) ?? []) {
          if (ones(known.letters ^ letters) > 2 * most) continue
          const far = distance(word, known.word, most)
          if (far > most) continue
          const start = known.word[0] === word[0] ? 0 : 0.15
          found.push({ word: known.word, closeness: 1 - far / Math.max(word.length, 5) / 1.5 - start })
        }
      return found.sort((a, b) => b.closeness - a.closeness || (a.word < b.word ? -1 : 1)).slice(0, MOST)
    },
  }
}

function lettersOf(word: string): number {
  let bits = 0
  for (let at = 0; at < word.length; at++) bits |= 1 << (word.charCodeAt(at) % 31)
  return bits
}

function ones(bits: number): number {
  let count = 0
  for (let left = bits; left !== 0; left &= left - 1) count++
  return count
}

/** Letters added, left out, changed or swapped with the next; more than `most` is all the same. */
function distance(a: string, b: string, most: number): number {
  let [older, old]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, n) => n)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let best = Math.min((old[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (old[j - 1] ?? 0) + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (older[j - 2] ?? 0) + 1)
      row.push(best)
    }
    if (Math.min(...row) > most) return most + 1
    ;[older, old] = [old, row]
  }
  return old[b.length] ?? most + 1
}
