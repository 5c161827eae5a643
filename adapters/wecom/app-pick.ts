import type { LogReader } from '@hutong/core/adapter'
import type { ContactBody } from '@hutong/core/entry'
import { toHutongError } from '@hutong/core/errors'
import type { Part } from '@hutong/core/parts'
import type { Said } from './codec.ts'

type Press = Extract<Said, { kind: 'pick' }>
type Log = Pick<LogReader, 'read'>

/** What a press says, in the words that stood on the button. */
export interface Picked {
  body: ContactBody
  label: string
}

/** Read from the message that offered it; the option's own id stands for words that are no longer to be found. */
export async function readPick(log: Log, { conversation, of, option }: Press): Promise<Picked> {
  const offered = await offeredBy(log, conversation, of)
  for (const part of offered) {
    if (part.kind === 'rating' && /^\d{1,2}$/.test(option))
      return { body: { kind: 'rating', of, scale: part.scale, score: Number(option) }, label: option }
    const label = labelOf(part, option)
    if (label !== undefined) return { body: { ...words(label), choice: { of, id: option } }, label }
  }
  return { body: words(option), label: option }
}

export function words(said: string): ContactBody & { kind: 'message' } {
  return { kind: 'message', parts: [{ kind: 'text', text: said, format: 'plain' }] }
}

async function offeredBy(log: Log, conversation: string, of: number): Promise<readonly Part[]> {
  try {
    const [entry] = await log.read(conversation, { after: of - 1, limit: 1 })
    return entry?.seq === of && entry.body.kind === 'message' ? entry.body.parts : []
  } catch (thrown) {
    const error = toHutongError(thrown)
    if (error.retryable) throw error
    return []
  }
}

function labelOf(part: Part, option: string): string | undefined {
  if (part.kind === 'choices') return part.options.find(({ id }) => id === option)?.label
  if (part.kind !== 'card') return undefined
  return part.buttons.find((button) => button.kind === 'reply' && button.id === option)?.label
}
