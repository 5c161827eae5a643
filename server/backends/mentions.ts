/** Whether a text holds one of the words: whole words, and anywhere in scripts that are written without spaces. */
export function mentions(text: string, words: readonly string[]): boolean {
  const said = normalise(text)
  return words.some((word) => {
    const wanted = normalise(word)
    if (/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u.test(wanted))
      return said.includes(wanted)
    return new RegExp(
      `(?<![\\p{L}\\p{N}])${wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\p{L}\\p{N}])`,
      'u',
    ).test(said)
  })
}

function normalise(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}
