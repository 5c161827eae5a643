import type { Entry } from '@hutong/core/entry'
import type { Part } from '@hutong/core/parts'

/**
 * What a person said in an entry, as text: their words, what a voice message was heard to say, the label of nothing but a picture's
 * description. Empty when it holds nothing that can be read.
 */
export function wordsOf({ body }: Pick<Entry, 'body'>): string {
  if (body.kind === 'answer') return Object.values(body.values).join(' ').trim()
  if (body.kind !== 'message') return ''
  return body.parts
    .map(wordsOfPart)
    .filter((text) => text.trim() !== '')
    .join('\n')
    .trim()
}

function wordsOfPart(part: Part): string {
  switch (part.kind) {
    case 'text':
    case 'unsupported':
      return part.text
    case 'audio':
      return part.transcript ?? ''
    case 'image':
      return part.alt ?? ''
    case 'location':
      return [part.name, part.address].filter((one) => one !== undefined).join(', ')
    case 'card':
      return [part.title, part.text].filter((one) => one !== undefined).join('\n')
    case 'choices':
      return [part.text, ...part.options.map(({ label }) => label)].filter((one) => one !== undefined).join('\n')
    case 'form':
      return part.title ?? ''
    case 'rating':
      return part.question ?? ''
    case 'file':
    case 'video':
      return ''
  }
}

/** The tag of the language that a text is in, as far as its script tells: Chinese or not. */
export function languageOf(text: string): 'zh' | 'en' {
  return /\p{Script=Han}/u.test(text) ? 'zh' : 'en'
}
