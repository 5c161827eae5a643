import { type Prompt, understand } from '@hutong/core/degrade'
import type { BodyOf, ContactBody, Entry } from '@hutong/core/entry'
import type { RatingScale } from '@hutong/core/parts'
import { type Place, threadAt } from './identify.ts'
import type { Store } from './stores/store.ts'

/**
 * Where a channel has no buttons, choices go out as numbered text and the answer comes back as "2". What was offered last
 * is remembered per conversation until the next message goes out.
 */
export interface Prompts {
  remember(entry: Entry, offered: readonly Prompt[]): Promise<void>
  /** The option or the score that the text means, when the channel sends numbered text and something was offered. */
  understand(place: Place, body: ContactBody): Promise<ContactBody>
}

interface Remembered {
  of: number
  offered: (Prompt & { scale?: RatingScale })[]
}

const SCOPE = 'prompts'

export function createPrompts(
  store: Pick<Store, 'get' | 'set' | 'find'>,
  readsLog: (channel: string) => boolean,
): Prompts {
  return {
    async remember({ conversation, seq, body }, offered) {
      const value: Remembered = { of: seq, offered: offered.map((prompt) => ({ ...prompt, ...scaleOf(body, prompt) })) }
      await store.set(SCOPE, conversation, offered.length === 0 ? undefined : value)
    },
    async understand(place, body) {
      const text = readsLog(place.channel) ? undefined : onlyText(body)
      if (text === undefined || body.kind !== 'message') return body
      const conversation = await threadAt(store, place)
      if (!conversation) return body
      const remembered = (await store.get(SCOPE, conversation)) as Remembered | undefined
      return (remembered && meant(text, remembered, body)) ?? body
    },
  }
}

function meant(text: string, { of, offered }: Remembered, body: BodyOf<'message'>): ContactBody | undefined {
  for (const prompt of offered) {
    const id = understand(text, prompt)
    if (id === undefined) continue
    if (prompt.scale !== undefined) return { kind: 'rating', of, scale: prompt.scale, score: Number(id) }
    return { ...body, choice: { of, id } }
  }
  return undefined
}

function scaleOf(body: Entry['body'], prompt: Prompt): { scale?: RatingScale } {
  const part = body.kind === 'message' ? body.parts[prompt.part] : undefined
  return part?.kind === 'rating' ? { scale: part.scale } : {}
}

function onlyText(body: ContactBody): string | undefined {
  if (body.kind !== 'message' || body.choice !== undefined || body.parts.length !== 1) return undefined
  const [part] = body.parts
  return part?.kind === 'text' ? part.text : undefined
}
