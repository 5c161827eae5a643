import type { Part } from '@hutong/core/parts'
import type { Words } from '../locales/en.ts'

/** What a message says, in words alone: for screen readers and quotes. */
export function plainText(parts: readonly Part[], words: Words): string {
  return parts
    .map((part) => textOf(part, words))
    .filter(Boolean)
    .join(' ')
}

function textOf(part: Part, words: Words): string {
  switch (part.kind) {
    case 'text':
      return part.format === 'markdown' ? part.text.replace(/[*`~#]+|(?<=\])\([^)\s]{0,2000}\)|[[\]]/g, '') : part.text
    case 'unsupported':
      return part.text
    case 'image':
      return part.alt ?? words.image
    case 'file':
      return part.name ?? words.file
    case 'audio':
      return part.transcript ?? words.audio
    case 'video':
      return words.video
    case 'location':
      return part.name ?? part.address ?? words.location
    case 'card':
      return [part.title, part.text].filter(Boolean).join('. ')
    case 'choices':
      return [part.text, part.options.map((one) => one.label).join(', ')].filter(Boolean).join(' ')
    case 'form':
      return part.title ?? ''
    case 'rating':
      return part.question ?? words.questions[part.scale]
  }
}
