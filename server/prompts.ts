import type { Adapter, Capabilities } from '@hutong/core/adapter'
import type { Conversation } from '@hutong/core/conversation'
import { type Prompt, understand } from '@hutong/core/degrade'
import type { BodyOf, ContactBody, Entry } from '@hutong/core/entry'
import { type Part, type RatingScale, SCORES } from '@hutong/core/parts'
import { isAskable, type OpenQuestion, ofRating, openQuestion } from './ask-rating-open.ts'
import { conversationAt, type Place, threadAt } from './identify.ts'
import { isRequest, readRating } from './rating-words.ts'
import type { Store } from './stores/store.ts'
import { optionsOf } from './verify-body.ts'
import { isRatedOut } from './verify-rating.ts'

/**
 * Where a channel has no buttons, choices go out as numbered text and the answer comes back as "2"; a score is typed also where it could
 * be tapped, in numbers or in words. What was offered last is remembered per conversation until the next message goes out.
 */
export interface Prompts {
  remember(entry: Entry, offered: readonly Prompt[]): Promise<void>
  /**
   * The option or the score that the text means, when the channel sends numbered text and something was offered, or a question of
   * satisfaction was the last thing said; the score that was tapped, where the option is one of a message that asked for a rating.
   */
  understand(place: Place, body: ContactBody): Promise<ContactBody>
}

interface Remembered {
  of: number
  offered: (Prompt & { scale?: RatingScale })[]
}

const SCOPE = 'prompts'

export interface PromptsOptions {
  store: Pick<Store, 'get' | 'set' | 'find' | 'entries' | 'conversation'>
  channels: ReadonlyMap<string, Adapter>
  now(): number
}

export function createPrompts({ store, channels, now }: PromptsOptions): Prompts {
  async function typed(
    conversation: Conversation,
    text: string,
    { body, can }: { body: BodyOf<'message'>; can: Capabilities },
  ): Promise<ContactBody> {
    const question = await openQuestion(store, conversation, { channel: can, now: now() })
    if (question) return answered(text, question) ?? body
    if (can.readsLog) return body
    const remembered = (await store.get(SCOPE, conversation.id)) as Remembered | undefined
    return (remembered && meant(text, await still(store, conversation.id, remembered), body)) ?? body
  }

  return {
    async remember({ conversation, seq, body }, numbered) {
      const offered = [...numbered, ...tapped(body, numbered)]
      const value: Remembered = { of: seq, offered: offered.map((prompt) => ({ ...prompt, ...scaleOf(body, prompt) })) }
      await store.set(SCOPE, conversation, offered.length === 0 ? undefined : value)
    },
    async understand(place, body) {
      if (body.kind !== 'message') return body
      if (body.choice !== undefined) return (await scored(store, place, body.choice)) ?? body
      const text = onlyText(body)
      const can = channels.get(place.channel)?.capabilities
      if (text === undefined || !can) return body
      const conversation = await conversationAt(store, place)
      if (!conversation || (can.readsLog && !isAskable(conversation, can))) return body
      const meant = await typed(conversation, text, { body, can })
      const { of } = meant.kind === 'rating' ? meant : {}
      return of !== undefined && (await isRatedOut(store, conversation.id, { of, asked: of, key: '' })) ? body : meant
    },
  }
}

/** Words about a score are taken for that unless they ask for something; a given score is changed by another one, not by a word. */
function answered(text: string, question: OpenQuestion): BodyOf<'rating'> | undefined {
  const { of, scale } = question
  if (question.kind === 'why') {
    const comment = text.trim().slice(0, COMMENT_MAX)
    return isRequest(text) ? undefined : { kind: 'rating', of, scale, score: question.score, comment }
  }
  if (question.rated && !/[\p{N}⭐★👍👎]/u.test(text)) return undefined
  const read = readRating(text, scale)
  return read && { kind: 'rating', of, scale, ...read }
}

const COMMENT_MAX = 2_000

/** Without the scores of what the relay asked: whoever has said something else since does not answer that any more. */
async function still(store: Pick<Store, 'entries'>, conversation: string, remembered: Remembered): Promise<Remembered> {
  if (!remembered.offered.some(({ scale }) => scale !== undefined)) return remembered
  const [asked] = await store.entries(conversation, { after: remembered.of - 1, limit: 1 })
  if (!asked || !ofRating(asked)) return remembered
  return { ...remembered, offered: [] }
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

/** Ratings that did not go out as numbered text: their scores are typed as they stand. */
function tapped(body: Entry['body'], numbered: readonly Prompt[]): Prompt[] {
  if (body.kind !== 'message') return []
  return body.parts.flatMap((one, part) =>
    one.kind === 'rating' && !numbered.some((prompt) => prompt.part === part)
      ? [{ kind: 'rating', part, options: scoresOf(one.scale) }]
      : [],
  )
}

function scoresOf(scale: RatingScale): Prompt['options'] {
  const [low, high] = SCORES[scale]
  return Array.from({ length: high - low + 1 }, (_, index) => low + index).map((number) => ({
    id: String(number),
    label: String(number),
    number,
  }))
}

/** Undefined when the message offers that option itself, or asked for no such score. */
async function scored(
  store: Pick<Store, 'find' | 'entries'>,
  place: Place,
  { of, id }: { of: number; id: string },
): Promise<BodyOf<'rating'> | undefined> {
  const conversation = await threadAt(store, place)
  const [entry] = conversation ? await store.entries(conversation, { after: of - 1, limit: 1 }) : []
  if (entry?.seq !== of || entry.body.kind !== 'message' || optionsOf(entry.body.parts).includes(id)) return undefined
  const rating = entry.body.parts.find((one) => asks(one, id))
  return rating?.kind === 'rating' ? { kind: 'rating', of, scale: rating.scale, score: Number(id) } : undefined
}

function asks(part: Part, score: string): boolean {
  return part.kind === 'rating' && scoresOf(part.scale).some(({ id }) => id === score)
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
