/** Something that a group of agents should know of. */
export interface Alert {
  title: string
  text?: string
  /** Where to look; the title leads there. */
  url?: string
}

/** Bytes of UTF-8 that a robot's markdown may have: https://developer.work.weixin.qq.com/document/path/91770 */
export const LONGEST = 4_096
/** Characters of a piece, of which each becomes four bytes at most. */
const PIECE = 800
const LINK = /https?:\/\/[^\s<>"'`()[\]*]{1,400}/giu

/** An alert as markdown, in pieces that each fit a message. Only our own marks mean something in it. */
export function piecesOf(alert: string | Alert): string[] {
  const { title, text = '', url } = typeof alert === 'string' ? { title: '', text: alert } : alert
  const short = title !== '' && [...title].length <= 100
  const head = short ? [`**${url === undefined || url.length > 400 ? escaped(title) : link(title, url)}**`] : []
  const body = short ? text : [title, text, url].filter(Boolean).join('\n')
  const [first = '', ...rest] = body === '' ? [] : cut(body).map(marked)
  return [[...head, first].filter((line) => line !== '').join('\n'), ...rest].filter((piece) => piece !== '')
}

/** Between words where there are any. */
function cut(text: string): string[] {
  const pieces = text.match(new RegExp(`[\\s\\S]{1,${PIECE}}(?=\\s|$)|[\\s\\S]{1,${PIECE}}`, 'gu')) ?? []
  return pieces.map((piece) => piece.trim()).filter((piece) => piece !== '')
}

function marked(text: string): string {
  let made = ''
  let end = 0
  for (const { 0: url, index } of text.matchAll(LINK)) {
    made += escaped(text.slice(end, index)) + link(url, url)
    end = index + url.length
  }
  return made + escaped(text.slice(end))
}

function link(words: string, url: string): string {
  const safe = url.replace(
    /[\s()<>[\]\\]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
  return `[${escaped(words)}](${safe})`
}

/** WeCom's markdown knows no way to escape: marks are kept apart by spaces without width. */
function escaped(text: string): string {
  return text
    .replaceAll('`', 'ˋ')
    .replace(/[*\]<]/g, (sign) => `${sign}\u200B`)
    .replace(/^(?=\s*[#>])/gm, '\u200B')
}

/** How many of these, oldest first, one message tells, and the words: all that fit, alike ones once with their count. */
export function joined(pieces: readonly string[]): { taken: number; content: string } {
  let best = { taken: 1, content: pieces[0] ?? '' }
  for (let taken = 2; taken <= pieces.length; taken += 1) {
    const content = listed(pieces.slice(0, taken))
    if (Buffer.byteLength(content) > LONGEST) break
    best = { taken, content }
  }
  return best
}

function listed(pieces: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const piece of pieces) counts.set(piece, (counts.get(piece) ?? 0) + 1)
  const lines = [...counts].map(([piece, count]) => (count === 1 ? piece : `${piece} ×${count}`))
  return lines.length === 1 ? (lines[0] ?? '') : lines.map((line, index) => `${index + 1}. ${line}`).join('\n')
}
