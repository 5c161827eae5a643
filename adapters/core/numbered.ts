import type { Option } from './parts.ts'

/** Options that went out as numbers. `part` is the index of the part they came from; for a rating the ids are the scores. */
export interface Prompt {
  kind: 'choices' | 'card' | 'rating'
  part: number
  options: { id: string; label: string; number: number }[]
}

interface Offered {
  kind: Prompt['kind']
  part: number
  /** What the same message offers already: numbers go on after it. */
  before: readonly Prompt[]
}

/** Options as lines "1. Label", and what to remember of them. */
export function numbered(
  options: readonly Option[],
  { kind, part, before }: Offered,
): { prompt: Prompt; lines: string } {
  const start = 1 + Math.max(0, ...before.flatMap((one) => one.options.map(({ number }) => number)))
  const listed = options.map(({ id, label }, index) => ({ id, label, number: start + index }))
  const lines = options.map(
    ({ label, description }, index) => `${start + index}. ${label}${description?.trim() ? ` – ${description}` : ''}`,
  )
  return { prompt: { kind, part, options: listed }, lines: lines.join('\n') }
}

/** What is longer names no option. */
const SAID_MAX = 200

/**
 * The id of the option that `text` means: its number in digits of any script ("2", "２", "②", "2.", "二"), its label in any
 * case and width, the whole line "2. Label", or the beginning of one label only. Undefined when it means none, could mean two, or is
 * longer than an option could be.
 */
export function understand(text: string, { options }: Prompt): string | undefined {
  const said = text.length > SAID_MAX ? '' : fold(text)
  if (said === '') return undefined
  const number = readNumber(said)
  const meant = new Set<string>()
  for (const option of options) {
    const label = fold(option.label)
    const line = fold(`${option.number}. ${option.label}`)
    if (option.number === number || label === said || line === said) meant.add(option.id)
  }
  if (meant.size === 0 && number === undefined)
    for (const option of options) if (fold(option.label).startsWith(said)) meant.add(option.id)
  return meant.size === 1 ? [...meant][0] : undefined
}

/** Case, width, accents of typing and closing marks do not change what is meant. */
function fold(text: string): string {
  const folded = text
    .normalize('NFKC')
    .replace(/[\uFE0F\u20E3\u200B-\u200F\u2060]/g, '')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .replace(/^[\s"'“”‘’「」『』(（[【#]+/, '')
  let end = folded.length
  while (end > 0 && CLOSING.test(folded.charAt(end - 1))) end -= 1
  return folded.slice(0, end)
}

const CLOSING = /[\s"'“”‘’「」『』)）\]】.,:;!?。、，：；！？~]/

/** First digits of the decimal scripts people type in besides ASCII: Arabic, Persian, Devanagari, Bengali, Thai. */
const ZEROS = [0x30, 0x660, 0x6f0, 0x966, 0x9e6, 0xe50]
const HAN = '零一二三四五六七八九'

function readNumber(said: string): number | undefined {
  const digits = [...said].map((sign) => {
    const code = sign.codePointAt(0) ?? 0
    const zero = ZEROS.find((start) => code >= start && code < start + 10)
    return zero === undefined ? Number.NaN : code - zero
  })
  if (digits.length <= 4 && !digits.some(Number.isNaN)) return digits.reduce((sum, digit) => sum * 10 + digit, 0)
  const [, tens, ten, ones] = /^([一二两三四五六七八九])?(十)?([零〇一二三四五六七八九])?$/u.exec(said) ?? []
  if (ten === undefined) {
    const only = tens ?? ones
    if (only === undefined || (tens !== undefined && ones !== undefined)) return undefined
    return hanDigit(only)
  }
  return (tens === undefined ? 1 : hanDigit(tens)) * 10 + (ones === undefined ? 0 : hanDigit(ones))
}

function hanDigit(sign: string): number {
  return sign === '两' ? 2 : sign === '〇' ? 0 : HAN.indexOf(sign)
}
