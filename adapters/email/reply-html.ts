import { linesOfHtml } from './html-text.ts'
import { classify, type Trimmed, trimLines } from './reply-text.ts'

/** The reply in a mail of HTML: the markup says where quotes are, the words say the rest. */
export function trimHtml(html: string): Trimmed {
  const lines = linesOfHtml(html)
  const texts = lines.map(({ text }) => text)
  const read = classify(texts)
  const marked = read.map((line, at) => {
    const mark = lines[at]?.mark
    return mark === undefined || (line.text === '' && mark !== 'original') ? line : { ...line, kind: mark }
  })
  return { ...trimLines(marked), full: texts.join('\n').trim() }
}
