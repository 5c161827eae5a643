import type { Part } from '@hutong/core/parts'
import type { Words } from '../locales/en.ts'

/** What a message says, in words alone: for screen readers and quotes. */
export function plainText(parts: readonly Part[], words: Words): string {
  return parts
    .map((part) => textOf(part, words))
    .filter(Boolean)
    .join(' ')
}

function textOf(part: Part, words: Words): string | undefined {
  switch (part.kind) {
    case 'text':
      return part.format === 'plain' ? part.text : part.text.replace(/[*`~#]+|\]\([^)\s]{0,2000}\)|\[/g, '')
    case 'choices':
      return [part.text, ...part.options.map((one) => one.label)].filter(Boolean).join(', ')
    case 'card':
    case 'form':
      return part.title
    case 'rating':
      return part.question ?? words.questions[part.scale]
    case 'unsupported':
      return part.text
    default:
      return part.name ?? words[part.kind]
  }
}
