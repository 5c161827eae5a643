import { type Entry, isOutsider } from '@hutong/core/entry'
import { z } from 'zod'
import { unrecalled } from '../unrecalled.ts'
import { wordsOf } from '../words-of.ts'

/** What the relay writes into a tracker: https://rasa.com/docs/reference/api/pro/http-api/tracker/append-events-to-a-tracker/ */
export type TrackerEvent =
  | { event: 'pause' | 'resume' }
  | { event: 'user' | 'bot'; text: string; metadata: { hutong: { entry: string; from: string } } }

const TOLD_MAX = 2_000

/**
 * What was said while others had the floor, for a bot that was not asked. Without times of its own: a tracker in SQL is read in the order of
 * its times.
 */
export function told(entries: readonly Entry[], own: string): TrackerEvent[] {
  return unrecalled(entries).flatMap((entry) => {
    const { from, seq } = entry
    const text = wordsOf(entry).slice(0, TOLD_MAX).toWellFormed()
    const ours = from.kind === 'bot' && from.id === own
    if (text === '' || ours || from.kind === 'system' || isOutsider(from)) return []
    const metadata = { hutong: { entry: `${entry.conversation}:${seq}`, from: from.kind } }
    return [{ event: from.kind === 'contact' ? 'user' : 'bot', text, metadata }]
  })
}

const happened = z.object({
  event: z.string(),
  name: z.string().nullish().catch(undefined),
  flow_id: z.string().nullish().catch(undefined),
  text: z.string().nullish().catch(undefined),
  data: z.record(z.string(), z.unknown()).nullish().catch(undefined),
  metadata: z
    .object({ hutong: z.object({ event: z.string().optional() }) })
    .nullish()
    .catch(undefined),
})
const trackerShape = z.object({
  latest_message: z
    .object({ intent: z.object({ name: z.string().nullish() }).nullish() })
    .nullish()
    .catch(undefined),
  events: z.array(happened).nullish().catch(undefined),
})

export interface LastTurn {
  intent: string | undefined
  /** The actions that ran, and the flows that began, since the contact last wrote. */
  actions: string[]
}

export function lastTurn(tracker: unknown): LastTurn {
  const { latest_message: message, events } = trackerShape.catch({}).parse(tracker)
  const since = events?.slice(events.findLastIndex(({ event }) => event === 'user') + 1) ?? []
  const actions = since.flatMap(({ event, name, flow_id: flow }) => {
    if (event === 'action') return name ?? []
    return event === 'flow_started' ? (flow ?? []) : []
  })
  return { intent: message?.intent?.name ?? undefined, actions }
}

/** What Rasa answered to an event whose answer got lost; undefined when it did not get, or not finish it. */
export function answersTo(event: string, tracker: unknown): unknown[] | undefined {
  const { events = [] } = trackerShape.catch({}).parse(tracker)
  const at = events?.findLastIndex((one) => one.event === 'user') ?? -1
  if (!events || events[at]?.metadata?.hutong.event !== event) return undefined
  const since = events.slice(at + 1)
  if (!since.some(({ event: kind, name }) => kind === 'action' && name === 'action_listen')) return undefined
  return since.flatMap((one) => (one.event === 'bot' ? saidIn(one.text ?? '', one.data ?? {}) : []))
}

/** Rasa's channels send a text without buttons in pieces, cut at empty lines. */
function saidIn(text: string, data: Readonly<Record<string, unknown>>): unknown[] {
  if (data.buttons || data.quick_replies) return [{ ...data, text }]
  return [...text.split('\n\n').map((one) => ({ text: one })), data]
}
