/** A limit on text: at most `max` UTF-16 code units (`chars`) or UTF-8 bytes. */
export interface TextLimit {
  max: number
  unit: 'chars' | 'bytes'
}

const words = new Intl.Segmenter(undefined, { granularity: 'word' })
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** UTF-8 bytes of `text`; a lone surrogate counts as the three bytes of its replacement character. */
function utf8Length(text: string): number {
  let bytes = 0
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return bytes
}

export function textSize(text: string, unit: TextLimit['unit']): number {
  return unit === 'bytes' ? utf8Length(text) : text.length
}

/**
 * `text` in pieces that all fit every limit, cut between words, inside a long word between graphemes, inside a grapheme
 * that is itself too long between code points. A single code point larger than the limit stays whole. Only white space
 * at the cuts is dropped.
 */
export function splitText(text: string, limits: readonly TextLimit[]): string[] {
  const fits = (one: string) => limits.every(({ max, unit }) => textSize(one, unit) <= max)
  if (fits(text)) return [text]
  const pieces: string[] = []
  let current = ''
  for (const token of tokens(text, fits)) {
    if (fits(current + token)) current += token
    else {
      if (current.trim() !== '') pieces.push(current.trim())
      current = token.trim() === '' ? '' : token
    }
  }
  if (current.trim() !== '') pieces.push(current.trim())
  return pieces
}

function* tokens(text: string, fits: (one: string) => boolean): Generator<string> {
  for (const [run] of text.matchAll(/\s|\S+/gu)) {
    if (run.trim() === '' || (isAddress(run) && fits(run))) yield run
    else for (const word of wordsOf(run)) yield* smaller(word, fits)
  }
}

/** Links and mail addresses are useless in halves. */
function isAddress(run: string): boolean {
  return /^[\w<("'[]*(https?:\/\/|mailto:|tel:|\S+@\S+\.)/i.test(run) && !/\p{Script=Han}/u.test(run)
}

/** Punctuation stays with the word before it. */
function wordsOf(run: string): string[] {
  const found: string[] = []
  for (const { segment, isWordLike } of words.segment(run)) {
    const last = found.at(-1)
    if (isWordLike || last === undefined) found.push(segment)
    else found[found.length - 1] = last + segment
  }
  return found
}

function* smaller(word: string, fits: (one: string) => boolean): Generator<string> {
  if (fits(word)) yield word
  else
    for (const { segment } of graphemes.segment(word)) {
      if (fits(segment)) yield segment
      else yield* segment
    }
}
