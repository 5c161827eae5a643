import { Parser } from 'htmlparser2'

/** Deepest nesting and most tags that are read as such; behind them only the words are left. */
const DEPTH_MAX = 400
const TAGS_MAX = 20_000
/** Longest HTML that is read, in chars. */
const HTML_MAX = 1024 * 1024
/** How much is read before it is looked whether that is enough. */
const STEP = 1024

/**
 * HTML that costs no more to read than a person's: parsers and sanitizers take time for each tag, and for each tag times
 * how deep it stands. Ordinary mail comes back as it is.
 */
export function modestHtml(html: string): string {
  const whole = html.slice(0, HTML_MAX)
  const end = modestEnd(whole)
  return end === whole.length ? whole : whole.slice(0, end) + wordsOf(whole.slice(end))
}

/** Where the last tag ends before there are too many. */
function modestEnd(html: string): number {
  let depth = 0
  let tags = 0
  let enough = false
  const parser = new Parser({
    onopentagname() {
      depth += 1
      tags += 1
      enough ||= depth > DEPTH_MAX || tags > TAGS_MAX
    },
    onclosetag() {
      depth -= 1
      tags += 1
    },
  })
  for (let at = 0; at < html.length; at += STEP) {
    parser.write(html.slice(at, at + STEP))
    if (enough) return Math.min(parser.endIndex + 1, html.length)
  }
  return html.length
}

/** Each tag is a space, so that words do not run into one another. */
function wordsOf(html: string): string {
  return html
    .replace(/<[^<>]*>/g, ' ')
    .replaceAll('<', '&lt;')
    .replace(/ {2,}/g, ' ')
}
