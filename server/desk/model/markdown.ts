/** How Markdown is written, for everybody who reads it. Every pattern is bounded, so no text can make them slow. */

export const BULLET = /^ {0,6}[-*+] +(.*)$/
export const NUMBER = /^ {0,6}(\d{1,9})[.)] +(.*)$/
export const HEADING = /^#{1,6} +(.*)$/
export const QUOTE = /^> ?(.*)$/
export const FENCE = /^ {0,3}```/
const BLOCKS = [QUOTE, HEADING, BULLET]

export const SPANS = new RegExp(
  [
    '`(?<code>[^`\\n]{1,2000})`',
    '\\*\\*(?<bold>\\S[^\\n]{0,1000}?)\\*\\*',
    '~~(?<struck>[^~\\n]{1,1000})~~',
    '(?<![\\w*])\\*(?<star>[^\\s*](?:[^*\\n]{0,1000}[^\\s*])?)\\*(?![\\w*])',
    '(?<!\\w)_(?<low>[^\\s_](?:[^_\\n]{0,1000}[^\\s_])?)_(?!\\w)',
    '\\[(?<label>[^\\]\\n]{1,300})\\]\\((?<target>[^\\s()]{1,2000})\\)',
  ].join('|'),
  'g',
)

/** Markdown in one line, for where there is no room for its shape. */
export function markdownLine(text: string): string {
  return text
    .split('\n')
    .filter((line) => !FENCE.test(line))
    .map((line) => unmarked(BLOCKS.reduce((rest, block) => block.exec(rest)?.at(-1) ?? rest, line)))
    .join(' ')
}

function unmarked(text: string): string {
  return text.replaceAll(SPANS, (whole: string, ...found: unknown[]) => {
    const { code, bold, struck, star, low, label } = found.at(-1) as Record<string, string | undefined>
    const inner = bold ?? star ?? low
    return inner === undefined ? (code ?? struck ?? label ?? whole) : unmarked(inner)
  })
}
