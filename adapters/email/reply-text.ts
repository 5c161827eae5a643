import {
  isDevice,
  isDivider,
  isFromHeader,
  isGreeting,
  isHeader,
  isOriginal,
  isRule,
  isSentence,
  isSmallPrint,
  isSubjectHeader,
  type LineKind,
  wroteLines,
} from './reply-lines.ts'

/** What a person wrote, apart from what their program put beside it. Nothing is lost: `full` is everything. */
export interface Trimmed {
  /** What is new in this mail. */
  text: string
  quoted: string
  signature: string
  /** Everything, as it came. */
  full: string
}

export interface Line {
  text: string
  kind: LineKind
}

/** The reply in a plain text, by the marks that mail programs leave. */
export function trimReply(full: string): Trimmed {
  const lines = full
    .replace(/\r\n?/g, '\n')
    .replace(/[\u200b\u2060\ufeff]/g, '')
    .split('\n')
  return { ...trimLines(classify(lines.map((line) => line.trimEnd()))), full }
}

/** More lines than any reply has: what has more is shown whole. */
const LINES_MAX = 5_000

/** Every line with what it is; fenced code is text, whatever it looks like. */
export function classify(lines: readonly string[]): Line[] {
  if (lines.length > LINES_MAX) return lines.map((text) => ({ text, kind: text.trim() === '' ? 'empty' : 'text' }))
  const found: Line[] = []
  let fenced = false
  for (let at = 0; at < lines.length; at += 1) {
    const text = lines[at] ?? ''
    if (/^\s*(```|~~~)/.test(text)) fenced = !fenced && lines.slice(at + 1).some((one) => /^\s*(```|~~~)/.test(one))
    const code = fenced || /^\s*```/.test(text)
    const count = code ? 0 : wroteLines(lines, at)
    if (count > 0) {
      for (const folded of lines.slice(at, at + count)) found.push({ text: folded, kind: 'wrote' })
      at += count - 1
    } else found.push({ text, kind: code ? 'text' : kindOf(lines, at) })
  }
  return madeSignatures(headersInBlocks(foldedLinks(found)))
}

function kindOf(lines: readonly string[], at: number): LineKind {
  const text = lines[at] ?? ''
  if (text.trim() === '') return 'empty'
  const next = lines.slice(at + 1, at + 8).find((one) => one.trim() !== '') ?? ''
  if (/^>>>\s/.test(text) && isOriginal(text, next)) return 'original'
  if (/^\s{0,3}[>＞]/.test(text)) return isDevice(text) && !/^\s*>\s/.test(text) ? 'device' : 'quote'
  if (isOriginal(text, next)) return 'original'
  if (isRule(text)) return 'rule'
  if (isHeader(text)) return 'header'
  if (/^\s*\|(\s|$)/.test(text) && [lines[at - 1], lines[at + 1]].some((one) => /^\s*\|(\s|$)/.test(one ?? '')))
    return 'quote'
  return isDevice(text) ? 'device' : 'text'
}

/** Programs fold long links in quotes and leave the mark away: what closes a bracket of a quoted line is quoted. */
function foldedLinks(lines: readonly Line[]): Line[] {
  return lines.map((line, at) => {
    const above = lines[at - 1]
    const folded =
      above?.kind === 'quote' && /[(<][^()<>]*$/.test(above.text) && /^\s*[^\s()<>]+[)>]\s*$/.test(line.text)
    return folded ? { ...line, kind: 'quote' } : line
  })
}

/** Fewest copied headers that make a block. */
const BLOCK = 3

/** A label alone is a word like any other: copied headers are several in a row that name a sender, and an address or a subject. */
function headersInBlocks(lines: readonly Line[]): Line[] {
  const found = [...lines]
  for (let at = 0; at < found.length; at += 1) {
    if (found[at]?.kind !== 'header') continue
    const end = blockEnd(found, at)
    const headers = found.slice(at, end).filter(({ kind }) => kind === 'header')
    const sender = headers.some(({ text }) => isFromHeader(text))
    const enough = headers.length >= BLOCK || (headers.length === 2 && sender && isFromHeader(headers[0]?.text ?? ''))
    const subject = headers.some(({ text }) => isSubjectHeader(text))
    const addressed = headers.some(({ text }) => text.includes('@'))
    const timed = headers.some(({ text }) => /\d{1,2}[:：.点時时]\d{2}/.test(text))
    const copied = addressed || (subject && timed)
    const kind = (sender && enough && copied) || (subject && headers.length > BLOCK) ? 'header' : 'text'
    for (let index = at; index < end; index += 1) {
      const line = found[index]
      if (line && line.kind !== 'empty') found[index] = { ...line, kind }
    }
    at = end - 1
  }
  return found
}

/** NetEase's program draws its signatures as a table; it says so below, or the other mail follows. */
const MADE = /签名由.{0,4}网易邮箱大师.{0,4}定制/
const MADE_LINES = 15
const CELL = /^\|\s*\|?$/

function madeSignatures(lines: readonly Line[]): Line[] {
  const said = lines.findIndex(({ text }) => MADE.test(text))
  const end = said === -1 ? cellAbove(lines) : said
  const begin = lines.findIndex(({ text }, at) => at > end - MADE_LINES && at < end && CELL.test(text.trim()))
  if (end === -1) return [...lines]
  return lines.map((line, at) => (at >= (begin === -1 ? end : begin) && at <= end ? { ...line, kind: 'device' } : line))
}

/** The last line of a table that stands right above another mail. */
function cellAbove(lines: readonly Line[]): number {
  const original = lines.findIndex(({ kind }) => kind === 'original')
  const last = lines.slice(0, Math.max(original, 0)).findLastIndex(({ kind }) => kind !== 'empty')
  return CELL.test(lines[last]?.text.trim() ?? '') ? last : -1
}

/** A block goes on over one folded line, or one empty one, when a header follows. */
function blockEnd(lines: readonly Line[], start: number): number {
  let end = start + 1
  for (let at = end; at < lines.length; at += 1) {
    const kind = lines[at]?.kind
    if (kind === 'header') end = at + 1
    else if ((kind !== 'text' && kind !== 'empty') || at - end >= 2) break
  }
  return end
}

/** The reply among classified lines. When nothing but quotes remain, they are the message. */
export function trimLines(lines: readonly Line[]): Omit<Trimmed, 'full'> {
  const cut = originalStart(lines)
  const above = lines.slice(0, cut)
  const signed = signatureStart(above, cut < lines.length)
  const body = withoutQuotes(above.slice(0, signed))
  const text = joined(body.filter(({ kind }) => kind !== 'device'))
  if (text === '') return { text: joined(lines), quoted: '', signature: '' }
  const kept = new Set(body)
  const left = above.slice(0, signed).filter((line) => !kept.has(line))
  const devices = body.filter(({ kind }) => kind === 'device')
  return {
    text,
    quoted: joined([...left, ...lines.slice(cut)]),
    signature: joined([...devices, ...above.slice(signed)]),
  }
}

function joined(lines: readonly Line[]): string {
  return lines
    .map(({ text }) => text)
    .join('\n')
    .replace(/^(?:[^\S\n]*\n)+/, '')
    .trimEnd()
}

const WORDS: readonly LineKind[] = ['text']

function hasWords(lines: readonly Line[]): boolean {
  return lines.some(({ kind }) => WORDS.includes(kind))
}

/** Most lines of words below a quote that still are the program's or a list's, not an answer from below. */
const TAIL_MAX = 6

/** Where another mail begins that lasts to the end. Only below words of the writer's own: above them it is an answer from below. */
function originalStart(lines: readonly Line[]): number {
  const words = lines.findIndex(({ kind }) => kind === 'text')
  for (const [at, { kind }] of lines.entries()) {
    if (kind === 'wrote' && greetsOnly(lines.slice(0, at)) && hasWords(lines.slice(at))) continue
    if (words === -1 || at <= words) continue
    if (kind === 'original' || kind === 'header') return at
    if (kind === 'wrote' && lines[at - 1]?.kind !== 'wrote') {
      const rest = lines.slice(at).filter((one) => one.kind !== 'wrote' && one.kind !== 'empty')
      const quotes = rest.findIndex((one) => one.kind === 'quote')
      if (quotes === -1 || quotes > 0) return at
      const last = rest.findLastIndex((one) => one.kind === 'quote')
      const between = hasWords(rest.slice(quotes, last))
      const tail = rest.slice(last + 1).filter((one) => one.kind === 'text').length
      if (!between && tail <= TAIL_MAX) return at
    }
  }
  return lines.length
}

/** Who has only greeted has yet to answer. */
function greetsOnly(lines: readonly Line[]): boolean {
  const [first, ...more] = lines.filter(({ kind }) => kind === 'text')
  return first !== undefined && more.length === 0 && isGreeting(first.text)
}

/** Where a rule of dashes or the last device lines end what the writer says. */
function signatureStart(lines: readonly Line[], followed: boolean): number {
  const words = lines.findIndex(({ kind }) => kind === 'text')
  const rule = lines.findIndex(({ kind }, at) => kind === 'rule' && words !== -1 && words < at && ends(lines, at))
  if (rule !== -1) return rule
  // Foxmail signs with the writer's address alone, and the other mail follows.
  const last = lines.findLastIndex(({ kind }) => kind !== 'empty')
  const alone = /^[\w.+-]+@[\w-]+(?:\.[\w-]+)+$/.test(lines[last]?.text.trim() ?? '')
  return followed && alone && lines[last - 1]?.kind === 'empty' && hasWords(lines.slice(0, last)) ? last : lines.length
}

/** How many lines around a rule tell what it is. */
const NEAR = 40

/** RFC 3676 §4.3: "-- " is the end whatever follows; any other rule may underline a heading or divide what the writer says. */
function ends(lines: readonly Line[], at: number): boolean {
  if (lines[at]?.text.trim() === '--') return true
  const below = lines.slice(at + 1, at + 1 + NEAR).filter(({ kind }) => kind !== 'empty')
  const next = below[0]
  if (next?.kind !== 'text') return true
  const underlines = lines[at - 1]?.kind === 'text' && lines[at + 1]?.kind === 'empty'
  return !underlines && !isSentence(next.text) && !divides(lines, at, below)
}

/** Asterisks, a rule below a colon, or one of two alike with words of the writer's after both. */
function divides(lines: readonly Line[], at: number, below: readonly Line[]): boolean {
  if (below.some(({ text }) => isSmallPrint(text))) return false
  const rule = lines[at]?.text.trim() ?? ''
  const above = lines.slice(Math.max(0, at - NEAR), at).filter(({ kind }) => kind !== 'empty')
  if (isDivider(rule) || /[:：]$/.test(above.at(-1)?.text.trim() ?? '')) return true
  const alike = ({ kind, text }: Line) => kind === 'rule' && text.trim() === rule
  const second = below.findIndex(alike)
  return above.some(alike) || (second > 0 && hasWords(below.slice(second + 1)))
}

/**
 * Leaves out who wrote, copied headers, and quotes that only stand above or below the answer. Quotes between answers stay:
 * without them nobody knows what is answered.
 */
function withoutQuotes(lines: readonly Line[]): Line[] {
  const shown = lines.filter(({ kind }) => kind !== 'wrote' && kind !== 'header' && kind !== 'original')
  const last = shown.findLastIndex(({ kind }) => kind === 'text')
  if (last === -1) return []
  const upTo = shown.slice(0, last + 1)
  const trailing = shown.slice(last + 1).filter(({ kind }) => kind === 'device')
  return [...answerFromBelow(lines, upTo), ...trailing]
}

/** One introduced quote with one answer below it: the quote goes. */
function answerFromBelow(lines: readonly Line[], shown: readonly Line[]): readonly Line[] {
  const first = lines.find(({ kind }) => kind !== 'empty')
  const introduced = first !== undefined && ['wrote', 'header', 'original'].includes(first.kind)
  const start = shown.findIndex(({ kind }) => kind === 'text')
  const rest = shown.slice(start)
  return introduced && !rest.some(({ kind }) => kind === 'quote') ? rest : shown
}
