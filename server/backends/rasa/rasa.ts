import type { ActionInput, Backend, BackendHost, Event, Tools } from '@hutong/core/backend'
import type { BodyOf, Entry } from '@hutong/core/entry'
import { HutongError, toHutongError } from '@hutong/core/errors'
import type { Part, RatingScale } from '@hutong/core/parts'
import { handoffAction } from '../handoff-action.ts'
import { leftOpen } from '../left-open.ts'
import { summaryOf } from '../summary.ts'
import { createCallback } from './callback.ts'
import { type Offered, offeredIn, typedFor } from './offered.ts'
import { createRasaClient, type RasaClient } from './rasa-client.ts'
import { decode, type Handoff, messageOf, type Question } from './rasa-codec.ts'
import { type RasaOptions, type RasaSettings, rasaOptions } from './rasa-options.ts'
import { createTalks, type Talk, type Talks, type Turn } from './talks.ts'
import { answersTo, lastTurn, told } from './tracker.ts'

/** Longest that a turn of the callback channel is followed; its messages are taken also later. */
const TURN_MAX = 600_000
const TRACKER_WITHIN = 5_000
const MEANWHILE_MAX = 100
/** How far back what is left open is looked for. */
const LOOK = 50
const TYPING = { kind: 'typing', on: true } as const

interface Rasa {
  name: string
  settings: RasaSettings
  client: RasaClient
  host: BackendHost
  talks: Talks
  /** Aborted when the relay goes away. */
  closing: AbortSignal
}

interface Asking {
  event: Event
  tools: Tools
  question: Question
  /** As it was before. */
  talk: Talk
  /** The button that was typed. */
  typed: Offered | undefined
}

/** A Rasa server as a backend, over its REST or its callback channel. */
export function createRasaBackend(name: string, input: RasaOptions): Backend {
  const settings = rasaOptions.parse(input)
  const client = createRasaClient(settings)
  const closing = new AbortController()
  let rasa: Rasa | undefined

  return {
    name,
    ...(settings.title !== undefined && { title: settings.title }),
    ...(settings.channel === 'callback' && { answers: 'later' }),
    answerWithin: settings.answerWithin,
    async open(host) {
      const opened: Rasa = { name, settings, client, host, talks: createTalks(host.state), closing: closing.signal }
      rasa = opened
      const { callbackToken: token } = settings
      if (settings.channel === 'callback' && token !== undefined)
        host.route('POST', '/callback', createCallback({ ...opened, token, act: host.act, handOver: later(opened) }))
    },
    handle(event, tools) {
      if (!rasa) throw new HutongError('unavailable', `${name} is not open`)
      return heard(rasa, event, tools)
    },
    async close() {
      closing.abort()
    },
  }
}

async function* heard(rasa: Rasa, event: Event, tools: Tools): AsyncIterable<ActionInput> {
  const { talks } = rasa
  // What is answered later is also brought when somebody else has the floor.
  if ((await tools.conversation()).floor.term !== event.floor.term) return
  const talk = (await talks.read(event.conversation)) ?? { seq: 0, payloads: {} }
  const asked = await askedBy(rasa.name, event, tools)
  const repeated = talk.turn?.event === event.id
  if (!repeated) await wake(rasa, { event, tools, talk, asked })
  const typed = asked && typedFor({ entry: asked, event, talk })
  const message = asked && messageOf(asked, talk.payloads, typed)
  if (!asked || message === undefined) {
    await talks.change(event.conversation, (now) => ({ ...now, term: event.floor.term, seq: event.entry.seq }))
    return await settle(rasa, event)
  }
  if (rasa.settings.handoff.payloads.includes(message) && isPicked(asked, talk, typed))
    return yield* keyed(event, 'handoff', [await passed(rasa, { event, tools }, { to: { kind: 'next' } })])
  const metadata = { hutong: { event: event.id, site: event.site } }
  const asking = { event, tools, talk, typed, question: { sender: event.conversation, message, metadata } }
  yield* rasa.settings.channel === 'rest' ? overRest(rasa, asking) : overCallback(rasa, asking)
}

/** The entry to answer: what the contact said, a score that was asked for here, or, when the floor came, what is left open. */
async function askedBy(name: string, { entry }: Event, tools: Tools): Promise<Entry | undefined> {
  switch (entry.body.kind) {
    case 'rating':
      return (await isRatingAsked(name, entry.body, tools)) ? entry : undefined
    case 'handoff': {
      const open = leftOpen(await tools.history({ limit: LOOK }), entry)
      return open.kind === 'question' || (open.kind !== 'nothing' && !open.answered) ? open.entry : undefined
    }
    default:
      return entry
  }
}

/** Whether it answers a question of the bot's own; the relay, agents and other bots ask for scores too. */
async function isRatingAsked(name: string, { of, scale }: BodyOf<'rating'>, tools: Tools): Promise<boolean> {
  const before = await tools.history(of === undefined ? { limit: LOOK } : { before: of + 1, limit: 1 })
  const asked = before.findLast(({ body }) => 'parts' in body && body.parts.some((part) => asksFor(part, scale)))
  return asked?.from.kind === 'bot' && asked.from.id === name && (of === undefined || asked.seq === of)
}

function asksFor(part: Part, scale: RatingScale): boolean {
  return part.kind === 'rating' && part.scale === scale
}

/** Whether a button says it: other words hand nothing over. */
function isPicked({ body }: Entry, { payloads }: Talk, typed: Offered | undefined): boolean {
  const id = body.kind === 'message' ? (body.choice?.id ?? typed?.id) : undefined
  return id !== undefined && Object.hasOwn(payloads, id)
}

/**
 * Somebody else had the floor: Rasa is told what was said, and its tracker is woken, for a paused one answers nothing. Also when a
 * closed conversation opens again, of which no hand-off tells.
 */
async function wake(
  { name, settings: { resume }, client, talks }: Rasa,
  { event, tools, talk, asked }: Pick<Asking, 'event' | 'tools' | 'talk'> & { asked: Entry | undefined },
): Promise<void> {
  const { term } = event.floor
  const away = event.entry.body.kind === 'handoff' || (talk.term !== undefined && talk.term !== term)
  if (!resume || !away || talk.woken === term) return
  const between = resume.tell ? await tools.history({ limit: MEANWHILE_MAX }) : []
  const meanwhile = between.filter(({ seq }) => seq > talk.seq && seq !== asked?.seq)
  await client.append(event.conversation, [...told(meanwhile, name), { event: 'resume' }], briefly(tools.signal))
  await talks.change(event.conversation, (now) => ({ ...now, woken: term }))
}

async function* overRest(rasa: Rasa, asking: Asking): AsyncIterable<ActionInput> {
  const { event, talk } = asking
  const before = talk.turn?.event === event.id ? talk.turn : undefined
  if (!before?.answer) yield TYPING
  const answer = before?.answer ?? (await answered(rasa, asking, before !== undefined))
  yield* keyed(event, 'rasa', answer.actions)
  const handoff = answer.handoff ?? (await reason(rasa, event, saysNothing(answer.actions)))
  if (handoff) yield* keyed(event, 'handoff', [await passed(rasa, asking, handoff)])
}

/** Asks Rasa once for each event where that can be known: an answer that got lost is looked for in the tracker. */
async function answered(rasa: Rasa, asking: Asking, again: boolean): Promise<NonNullable<Turn['answer']>> {
  const { client, talks } = rasa
  const { event, tools, question } = asking
  await begin(rasa, asking, again)
  const lost = again && usesTracker(rasa) ? await client.tracker(event.conversation, true, tools.signal) : undefined
  const answers = lost === undefined ? undefined : answersTo(event.id, lost)
  const { payloads, ...answer } = decode(answers ?? (await client.ask(question, tools.signal)))
  await talks.change(event.conversation, ({ turn, ...now }) => ({
    ...now,
    payloads: { ...now.payloads, ...payloads },
    offered: offeredIn(answer.actions),
    ...(turn && { turn: { ...turn, answer } }),
  }))
  return answer
}

/** Written down before Rasa is asked, so that what it says at once is known to belong here. */
async function begin({ talks }: Rasa, { event, tools, typed: picked }: Asking, again: boolean): Promise<void> {
  const { term } = event.floor
  const summary = await summaryOf(tools, { now: event.entry })
  await talks.change(event.conversation, (now) => ({
    ...now,
    term,
    seq: event.entry.seq,
    offered: again ? (now.offered ?? []) : [],
    turn: { event: event.id, term, again, summary, picked, shown: again ? (now.turn?.shown ?? []) : [] },
  }))
}

/** Rasa's request lasts as long as the turn; nobody waits for the end of a long one. */
async function* overCallback(rasa: Rasa, asking: Asking): AsyncIterable<ActionInput> {
  const { event, talk } = asking
  await begin(rasa, asking, talk.turn?.event === event.id)
  // Not as an answer to the event, which would settle it.
  await rasa.host.act(event.conversation, { key: `${event.id}:typing`, term: event.floor.term, actions: [TYPING] })
  const request = rasa.client.ask(asking.question, AbortSignal.any([rasa.closing, AbortSignal.timeout(TURN_MAX)]))
  const over = await Promise.race([request.then(() => true), soon(rasa.settings)])
  if (!over) {
    void follow(rasa, event, request)
    return
  }
  const handoff = await afterTurn(rasa, event)
  if (handoff) yield* keyed(event, 'handoff', [await passed(rasa, asking, handoff)])
}

function soon({ answerWithin }: RasaSettings): Promise<false> {
  return new Promise((resolve) => setTimeout(resolve, answerWithin * 0.8, false).unref())
}

/** What fails here is made good by the deadline of the answer. */
async function follow(rasa: Rasa, event: Event, request: Promise<unknown>): Promise<void> {
  try {
    await request
    const handoff = await afterTurn(rasa, event)
    const turn = (await rasa.talks.read(event.conversation))?.turn
    if (handoff && turn?.event === event.id) await later(rasa)(event.conversation, turn, handoff)
  } catch (thrown) {
    const { code, message } = toHutongError(thrown)
    if (!rasa.closing.aborted) rasa.host.logger.warn({ event: event.id, code }, `a turn of Rasa was lost: ${message}`)
  }
}

async function afterTurn(rasa: Rasa, event: Event): Promise<Handoff | undefined> {
  const turn = (await rasa.talks.read(event.conversation))?.turn
  if (turn?.event !== event.id) return undefined
  const handoff = await reason(rasa, event, turn.shown.length === 0)
  if (!handoff && turn.shown.length === 0) await settle(rasa, event)
  return handoff
}

function saysNothing(actions: readonly ActionInput[]): boolean {
  return actions.every(({ kind }) => kind === 'note')
}

function usesTracker({ settings: { resume, handoff } }: Rasa): boolean {
  return resume !== undefined || handoff.intents.length > 0 || handoff.actions.length > 0
}

/** Why the floor is to go on after a turn, or undefined. */
async function reason({ name, settings, client }: Rasa, event: Event, silent: boolean): Promise<Handoff | undefined> {
  const { intents, actions } = settings.handoff
  const to = { kind: 'next' } as const
  if (intents.length > 0 || actions.length > 0) {
    const turn = lastTurn(await client.tracker(event.conversation, actions.length > 0, briefly()))
    if (turn.intent !== undefined && intents.includes(turn.intent)) return { to, reason: `intent: ${turn.intent}` }
    const ran = turn.actions.find((action) => actions.includes(action))
    if (ran !== undefined) return { to, reason: `action: ${ran}` }
  }
  // Nobody waits for words after a score.
  const waited = silent && event.entry.body.kind !== 'rating'
  return waited && settings.silence === 'handoff' ? { to, reason: `${name} said nothing` } : undefined
}

/** The hand-off, with what the next one must know. */
async function passed(
  rasa: Rasa,
  { event, tools }: Pick<Asking, 'event' | 'tools'>,
  { to, reason, summary }: Handoff,
): Promise<ActionInput> {
  const said = summary ?? (await summaryOf(tools, { now: event.entry }))
  await pause(rasa, event.conversation)
  return handoffAction({ to, reason, summary: said })
}

/** The same hand-off when no event is at hand. */
function later(rasa: Rasa): (conversation: string, turn: Turn, handoff: Handoff) => Promise<void> {
  return async (conversation, { event, term, summary: known }, { to, reason, summary = known }) => {
    await pause(rasa, conversation)
    await rasa.host.act(conversation, {
      key: `${event}:handoff`,
      term,
      event,
      actions: [handoffAction({ to, reason, summary })],
    })
  }
}

/** A person who is waited for is not kept waiting by a tracker that cannot be paused. */
async function pause({ settings, client, host }: Rasa, conversation: string): Promise<void> {
  if (!settings.resume?.pause) return
  try {
    await client.append(conversation, [{ event: 'pause' }], briefly())
  } catch (thrown) {
    const { code, message } = toHutongError(thrown)
    host.logger.warn({ conversation, code }, `the tracker could not be paused: ${message}`)
  }
}

/** Of an answer that comes later: there is none. */
async function settle({ settings, host }: Rasa, { id, conversation }: Event): Promise<void> {
  if (settings.channel === 'callback') await host.act(conversation, { key: `${id}:nothing`, event: id, actions: [] })
}

function* keyed({ id }: Event, part: string, actions: readonly ActionInput[]): Iterable<ActionInput> {
  for (const [index, action] of actions.entries())
    yield action.kind === 'typing' || action.kind === 'stream' ? action : { ...action, key: `${id}:${part}:${index}` }
}

function briefly(signal?: AbortSignal): AbortSignal {
  const brief = AbortSignal.timeout(TRACKER_WITHIN)
  return signal ? AbortSignal.any([brief, signal]) : brief
}
