import type { ActionInput } from '@hutong/core/backend'
import type { Entry } from '@hutong/core/entry'
import { HutongError } from '@hutong/core/errors'
import { PARTS_MAX, type PartInput } from '@hutong/core/parts'
import { z } from 'zod'
import { clip, readable } from '../readable.ts'
import { wordsOf } from '../words-of.ts'
import { type Pass, partsOf } from './answer-parts.ts'
import type { Offered } from './offered.ts'

/** What is posted to a channel of Rasa. The REST channel keeps the metadata in the tracker, the callback channel drops it. */
export interface Question {
  sender: string
  message: string
  metadata: { hutong: { event: string; site: string } }
}

/** Payloads of buttons by the id of their option. */
export type Payloads = Readonly<Record<string, string>>

export interface Handoff {
  to: { kind: 'next' } | { kind: 'queue' }
  reason?: string | undefined
  summary?: string | undefined
}

export interface Decoded {
  /** In the order in which Rasa said it; what agents must know of it last. */
  actions: ActionInput[]
  payloads: Payloads
  handoff?: Handoff
}

const QUESTION_MAX = 8_000
const ANSWERS_MAX = 20
const NOTE_MAX = 4_000

/** What cannot be seen, or is stripped on the way (Python strips more than JavaScript), and the "/" behind it. */
const HIDDEN_SLASH = /^[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]*\//u

/**
 * What a contact said, for Rasa: the payload of a button that was pressed or typed, else the words, of a rating the score and what was
 * added to it. A typed "/" is made harmless, because Rasa takes what begins with it as an intent with entities, past its language model:
 * only buttons that Rasa itself made may say that.
 */
export function messageOf(entry: Entry, payloads: Payloads, typed?: Offered): string | undefined {
  const { body } = entry
  if (body.kind === 'rating') return typedWords([body.score, body.comment ?? ''].join('\n'))
  if (body.kind !== 'message' && body.kind !== 'answer') return undefined
  const id = body.kind === 'message' ? (body.choice?.id ?? typed?.id) : undefined
  const picked = id !== undefined && Object.hasOwn(payloads, id) ? payloads[id] : undefined
  if (picked !== undefined) return picked
  const words = typedWords(typed?.label ?? wordsOf(entry))
  if (words !== '') return words
  return body.kind === 'message' ? body.parts.map(({ kind }) => `[${kind}]`).join(' ') : undefined
}

function typedWords(words: string): string {
  return readable(words).slice(0, QUESTION_MAX).toWellFormed().replace(HIDDEN_SLASH, '／')
}

/** What Rasa answered, as actions. Throws `unreachable` when it is no list of messages; a message that is wrong costs only itself. */
export function decode(answers: unknown): Decoded {
  if (!Array.isArray(answers))
    throw new HutongError('unreachable', 'Rasa answered something else than a list of messages')
  const pass: Pass = { payloads: {}, left: [] }
  const taken = answers.slice(0, ANSWERS_MAX)
  if (answers.length > taken.length) pass.left.push(`${answers.length - taken.length} more messages`)
  const actions = taken.flatMap((answer) => spoken(partsOf(answer, pass)))
  const handoff = taken.map(handoffIn).find((one) => one !== undefined)
  if (pass.left.length > 0)
    actions.push({ kind: 'note', text: clip(`Rasa: left out ${pass.left.join('; ')}`, NOTE_MAX) })
  return { actions, payloads: pass.payloads, ...(handoff && { handoff }) }
}

/** Forms and ratings are asked, everything else is said, at most ten parts at a time. */
function spoken(parts: readonly PartInput[]): ActionInput[] {
  const actions: ActionInput[] = []
  for (const one of parts) {
    const last = actions.at(-1)
    if (one.kind === 'form' || one.kind === 'rating') actions.push({ kind: 'ask', part: one })
    else if (last?.kind === 'reply' && last.parts.length < PARTS_MAX) last.parts.push(one)
    else actions.push({ kind: 'reply', parts: [one] })
  }
  return actions
}

const handoffShape = z.object({
  to: z.enum(['next', 'queue']).catch('next'),
  reason: z.string().min(1).optional().catch(undefined),
  summary: z.string().min(1).optional().catch(undefined),
})

/** `{ "handoff": true }`, or an object with `to`, `reason` and `summary`. */
function handoffIn(answer: unknown): Handoff | undefined {
  const custom = z.object({ custom: z.object({ handoff: z.unknown() }) }).safeParse(answer).data?.custom
  if (!custom?.handoff) return undefined
  const { to, reason, summary } = handoffShape.catch({ to: 'next' }).parse(custom.handoff)
  return { to: { kind: to }, reason: reason && clip(reason, 500), summary: summary && clip(summary, 4_000) }
}
