/** Words that are known, to be found by what was mistyped. */
export interface NearWords {
  add(term: number, word: string): void
  /**
   * Known terms that the mistyped word may stand for, with how close each is (0 … 1), closest first; none for short words. However
   * many words there are, no more than a bounded number of them are compared.
   */
  of(word: string, counts: (term: number) => boolean): readonly { term: number; closeness: number }[]
}

const MOST = 3
/** Most known words that one mistyped word is compared with. */
const COMPARED_MAX = 2_000

interface Known {
  term: number
  word: string
  letters: number
}

/**
 * Words that lie near each other share their first two letters, their last two, or the first and the last: a mistake in the one place
 * leaves another as it was. Only words that share one of them are compared.
 */
export function createNearWords(): NearWords {
  const seen = new Set<number>()
  const byEnds = new Map<string, Known[]>()

  function candidates(word: string, most: number): Known[] {
    const found = new Set<Known>()
    for (let kind = 0; kind < 3; kind++)
      for (let length = word.length - most; length <= word.length + most; length++)
        for (const known of byEnds.get(keysOf(word, length)[kind] ?? '') ?? []) {
          if (found.size === COMPARED_MAX) return [...found]
          found.add(known)
        }
    return [...found]
  }

  return {
    add(term, word) {
      if (seen.has(term) || !/^[\p{L}\p{N}]{3,30}$/u.test(word) || /\p{Script=Han}/u.test(word)) return
      seen.add(term)
      const known = { term, word, letters: lettersOf(word) }
      for (const key of keysOf(word, word.length)) {
        const list = byEnds.get(key)
        if (list === undefined) byEnds.set(key, [known])
        else list.push(known)
      }
    },
    of(word, counts) {
      if (!/^\p{L}{4,30}$/u.test(word) || /\p{Script=Han}/u.test(word)) return []
      const most = word.length < 8 ? 1 : 2
      const letters = lettersOf(word)
      const found: { term: number; word: string; closeness: number }[] = []
      for (const known of candidates(word, most)) {
        if (ones(known.letters ^ letters) > 2 * most || !counts(known.term)) continue
        const far = distance(word, known.word, most)
        if (far > most) continue
        const start = known.word[0] === word[0] ? 0 : 0.15
        found.push({ ...known, closeness: 1 - far / Math.max(word.length, 5) / 1.5 - start })
      }
      return found.sort((a, b) => b.closeness - a.closeness || (a.word < b.word ? -1 : 1)).slice(0, MOST)
    },
  }
}

function keysOf(word: string, length: number): string[] {
  return [`${length}${word.slice(0, 2)}_`, `${length}_${word.slice(-2)}`, `${length}${word[0]}_${word.at(-1)}`]
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
