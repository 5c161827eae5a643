import type { Body } from '@hutong/core/entry'
import type { Part } from '@hutong/core/parts'
import type { Words } from '../locales/en.ts'
import { markdownLine } from './markdown.ts'

/** An entry in one line of a list. */
export function bodyLine(body: Body, words: Words): string {
  switch (body.kind) {
    case 'message':
      return partsLine(body.parts, words)
    case 'recall':
      return words.recalled
    case 'note':
      return body.text
    case 'status':
      return body.status === 'closed' ? words.filters.closed : words.reopen
    case 'handoff':
      return words.filters[body.floor.holder.kind === 'bot' ? 'bot' : 'waiting']
    default:
      return ''
  }
}

export function partsLine(parts: readonly Part[], words: Words): string {
  return parts
    .map((part) => partLine(part, words))
    .filter((line) => line !== '')
    .join(' ')
    .replaceAll(/\s+/g, ' ')
}

function partLine(part: Part, words: Words): string {
  switch (part.kind) {
    case 'text':
      return part.format === 'markdown' ? markdownLine(part.text) : part.text
    case 'unsupported':
      return part.text
    case 'card':
      return part.title
    case 'choices':
      return part.text ?? words.choices
    case 'form':
      return part.title ?? words.form
    case 'rating':
      return part.question ?? words.rating
    case 'image':
    case 'file':
    case 'audio':
    case 'video':
    case 'location':
      return part.name ?? words[part.kind]
  }
}
