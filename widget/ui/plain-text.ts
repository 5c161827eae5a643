import type { Part } from '@hutong/core/parts'
import type { Words } from '../locales/en.ts'

/** What a message says, in words alone: for screen readers and quotes. */
export function plainText(parts: readonly Part[], words: Words): string {
  return parts.map((part) => textOf(part, words)).join(' ')
}

function textOf(part: Part, words: Words): string {
  const { text, title, question, name }: { text?: string; title?: string; question?: string; name?: string } =
    part as object
  const said = text ?? title ?? question ?? name ?? words.kinds[part.kind]
  if (part.kind === 'choices') return [said, ...part.options.map((one) => one.label)].join(', ')
  return part.kind === 'text' && part.format === 'markdown' ? said.replace(/[*`~#]/g, '') : said
}
