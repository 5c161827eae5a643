import {
  type Action,
  type ActRequest,
  type ActRequestInput,
  type ActResult,
  actRequest,
  type Backend,
  type Event,
} from '@hutong/core/backend'
import type { Conversation } from '@hutong/core/conversation'
import type { Body, Participant } from '@hutong/core/entry'
import { HutongError } from '@hutong/core/errors'
import { parse } from '@hutong/core/parse'
import type { Part } from '@hutong/core/parts'
import type { Signal } from '@hutong/core/signal'
import { answeredEvent, createSettle, isAnswer, isPassing } from './answered-event.ts'
import { asideDepth, depthKept, isAside, mayAnswer, notAside, tooDeep } from './asides.ts'
import type { Committer } from './commit.ts'
import { decide, taken } from './decide.ts'
import { createFlood, type Flood } from './flood.ts'
import { goesRound, knownTarget, summaryNow } from './handing-on.ts'
import type { RoutedSite } from './identify.ts'
import type { Invite } from './invite.ts'
import { refusal } from './refusal.ts'
import { RELAY } from './route.ts'
import { sideOf } from './stores/rows.ts'
import type { Decision, LogStore, NewDelivery, PeopleStore, SmallStore, Write } from './stores/store.ts'
import { type FileRecords, takeUpFiles } from './take-up-files.ts'
import { isStale, unlessStale } from './unless-stale.ts'

export interface ActOptions {
  store: Pick<LogStore, 'conversation' | 'entries' | 'event'> &
    FileRecords &
    Pick<PeopleStore, 'agents'> &
    Pick<SmallStore, 'get' | 'set'>
  committer: Committer
  sites: readonly RoutedSite[]
  /** The backends there are, with the names that contacts see. */
  backends: readonly Pick<Backend, 'name' | 'title'>[]
  /** The deliveries that carry a message of ours to the contact, when it does not read the log itself. */
  deliveriesTo(conversation: Conversation): Promise<NewDelivery[]>
  /** The deliveries that take a message of ours back from where it was sent. */
  takingBack(conversation: Conversation, of: number): Promise<NewDelivery[]>
  /** What a contact is shown who may go on over another channel. */
  invitation: Invite['parts']
  signal(conversation: string, signal: Signal): void
  /** Calls when the floor of a conversation moves past `term`; the returned function ends it. */
  onFloorMoved(conversation: string, term: number, moved: () => void): () => void
  now(): number
}

/** Who acts on what, with the floor's term the author believes in. */
interface Acting {
  author: Participant
  conversation: Conversation
  term: number | undefined
  key: string
  /** Who says it, when that is not the author. */
  as?: Participant
  /** What is kept with the words. */
  beside?: Beside
  /** False when the contact has the words already. */
  deliver?: boolean
  /** Where they were written, when not at the desk. */
  channel?: string
  /** Of a bot's aside: how many asides of bots it follows from. */
  depth?: number
}

export type Beside = Pick<Write, 'native' | 'raw' | 'state'>

export interface AgentWords {
  key: string
  parts: Part[]
  replyTo?: number
  /** Where they were written. */
  channel: string
  /** False when they were written in the platform's own client and the contact has them already. */
  deliver: boolean
  beside: Beside
}

export type AgentReply = (author: Participant, conversation: Conversation, words: AgentWords) => Promise<Result>

/** What an agent wrote elsewhere than at the desk: her reply, with everything that a reply does. */
export function createAgentReply(options: ActOptions): AgentReply {
  return (author, conversation, { parts, replyTo, ...words }) =>
    say(
      options,
      { author, conversation, term: undefined, ...words },
      { kind: 'message', parts, ...(replyTo === undefined ? {} : { replyTo }) },
    )
}

type Result = ActResult['results'][number]

export type Act = (author: Participant, conversation: string, request: ActRequestInput) => Promise<ActResult>

/** Carries out what a backend or an agent asks for: one transaction per action, the floor checked inside it. */
export function createAct(options: ActOptions): Act {
  const settle = createSettle(options.store)
  const flood = createFlood(options.now)
  return async function act(actor, id, input) {
    const author = titled(options.backends, actor)
    const request = parse(actRequest, input)
    const conversation = await options.store.conversation(id)
    if (!conversation) throw new HutongError('not_found', `there is no conversation "${id}"`, { field: 'conversation' })
    const event = request.event === undefined ? undefined : await answeredEvent(options.store, id, request.event)
    const bot = author.kind === 'bot'
    const term = request.term ?? (bot ? event?.floor.term : undefined)
    const aside = { author, conversation, event, now: options.now() }
    const depth = bot && request.actions.some(isAside) ? await asideDepth(options.store, aside) : 0
    const all = { options, flood, acting: { author, conversation, term, depth }, request }
    if (bot && event && !mayAnswer(event, author.id)) return { results: await onlyAsides(all, event) }
    const results = await inTurn(all, request.actions)
    if (bot && event && isAnswer(event, request.actions, results)) await settle({ backend: author.id, event })
    return { results }
  }
}

interface Asked {
  options: ActOptions
  flood: Flood
  acting: Omit<Acting, 'key'>
  request: ActRequest
}

async function onlyAsides(asked: Asked, event: Event): Promise<Result[]> {
  const { actions } = asked.request
  const results = await inTurn(asked, actions.filter(isAside))
  const refused = actions.filter((one) => !isAside(one))
  if (refused.length > 0)
    throw notAside(
      event,
      asked.acting.author.id,
      refused.map(({ kind }) => kind),
    )
  return results
}

/** Of a request that is repeated the floor has moved on by its own hand-off: what only passes is then not refused but left out. */
async function inTurn({ options, flood, acting, request }: Asked, actions: readonly Action[]): Promise<Result[]> {
  const { author, conversation } = acting
  const bot = author.kind === 'bot'
  const results: Result[] = []
  let late: unknown
  for (const action of actions) {
    const key =
      'key' in action && action.key !== undefined ? action.key : `${request.key}:${request.actions.indexOf(action)}`
    const flooded = bot && !isPassing(action) ? flood.refusal(author.id, conversation.id) : undefined
    if (flooded) throw await passOn(options, { ...acting, key: `${request.key}:flood` }, flooded)
    try {
      results.push(await carryOut(options, { ...acting, key }, action))
    } catch (error) {
      if (!isPassing(action) || !isStale(error)) throw error
      late = error
      results.push({ duplicate: true })
    }
  }
  const repeated = results.some(({ seq, duplicate }) => duplicate && seq !== undefined)
  if (late !== undefined && !repeated) throw late
  return results
}

/** Whoever has the floor and floods loses it. Returns what they are refused with. */
async function passOn(options: ActOptions, acting: Acting, flooded: HutongError): Promise<HutongError> {
  if (refusal({ ...acting, term: acting.conversation.floor.term })) return flooded
  const action = { kind: 'handoff' as const, to: { kind: 'next' as const }, reason: flooded.message }
  await carryOut(options, { ...acting, author: RELAY, term: acting.conversation.floor.term }, action).catch(unlessStale)
  return flooded
}

/** A backend speaks under its own title over every wire; the name of its token is nothing for contacts. */
function titled(backends: ActOptions['backends'], author: Participant): Participant {
  const backend = author.kind === 'bot' ? backends.find(({ name }) => name === author.id) : undefined
  if (!backend) return author
  return { kind: 'bot', id: author.id, ...(backend.title !== undefined && { name: backend.title }) }
}

async function carryOut(options: ActOptions, acting: Acting, action: Action): Promise<Result> {
  switch (action.kind) {
    case 'typing':
      return pass(options, acting, { kind: 'typing', from: acting.author, on: action.on })
    case 'stream':
      if (!action.done)
        return pass(options, acting, {
          kind: 'stream',
          from: acting.author,
          key: action.key,
          text: action.text,
          done: false,
        })
      return say(options, acting, { kind: 'message', parts: [{ kind: 'text', text: action.text, format: 'markdown' }] })
    case 'reply':
      return say(options, acting, {
        kind: 'message',
        parts: action.parts,
        ...(action.replyTo === undefined ? {} : { replyTo: action.replyTo }),
      })
    case 'ask':
      return say(options, acting, { kind: 'message', parts: [action.part] })
    case 'edit':
    case 'recall':
      await verifyOwn(options, acting, action.of)
      return say(
        options,
        acting,
        action.kind === 'recall'
          ? { kind: 'recall', of: action.of }
          : { kind: 'edit', of: action.of, parts: action.parts },
      )
    case 'invite':
      return invite(options, acting, action.channel)
    case 'handoff':
      return handOn(options, acting, action)
    case 'note':
    case 'set':
      return note(options, acting, action)
    default:
      return append(options, acting, (conversation) => decide(options, { ...acting, conversation }, action))
  }
}

async function note(
  options: ActOptions,
  acting: Acting,
  action: Extract<Action, { kind: 'note' | 'set' }>,
): Promise<Result> {
  const { author, conversation, key, depth = 0 } = acting
  const refuse = tooDeep(author, depth)
  const beside = depthKept(depth, { conversation: conversation.id, from: author, key })
  return append(options, { ...acting, beside }, (now) =>
    refuse ? { refuse } : decide(options, { ...acting, conversation: now }, action),
  )
}

async function handOn(
  options: ActOptions,
  acting: Acting,
  action: Extract<Action, { kind: 'handoff' }>,
): Promise<Result> {
  const to = await knownTarget(options.store, acting.author, action.to)
  const bot = acting.author.kind === 'bot'
  const round = bot && (await goesRound(options.store, acting.conversation))
  const summary = action.summary ?? (bot ? await summaryNow(options.store, acting.conversation) : '')
  return append(options, acting, (conversation) =>
    decide(
      options,
      { ...acting, conversation, goesRound: round },
      { ...action, to, ...(summary !== '' && { summary }) },
    ),
  )
}

/** The relay speaks, so that an agent who only invites does not take the floor. */
async function invite(options: ActOptions, acting: Acting, channel: string): Promise<Result> {
  const { conversation, author } = acting
  const refuse = refusal(author.kind === 'agent' ? { ...acting, term: undefined } : acting)
  if (refuse) throw refuse
  const parts = await options.invitation(conversation, channel)
  const name = options.sites.find(({ id }) => id === conversation.site)?.name
  return say(options, { ...acting, as: { ...RELAY, ...(name !== undefined && { name }) } }, { kind: 'message', parts })
}

/**
 * Speaking to the contact: a bot must have the floor at the term it answers for; an agent takes the floor from a bot or the
 * queue in the same write, and may always help a colleague who has it.
 */
async function say(options: ActOptions, request: Acting, words: Body): Promise<Result> {
  const body = await withFiles(options, request.conversation, words)
  const deliveries = request.deliver === false ? [] : await carrying(options, request.conversation, body)
  const byAgent = request.author.kind === 'agent'
  const acting = byAgent ? { ...request, term: undefined } : request
  return append(options, acting, (now) => {
    const words = said(acting, { now, body, deliveries })
    const takes = byAgent && !acting.as && now.floor.holder.kind !== 'agent'
    return takes ? afterTaking(words, taken(now, acting.author, options.now())) : words
  })
}

async function carrying(options: ActOptions, conversation: Conversation, body: Body): Promise<NewDelivery[]> {
  if (body.kind === 'message') return options.deliveriesTo(conversation)
  return body.kind === 'recall' ? options.takingBack(conversation, body.of) : []
}

/** Everything on our side may send any file of the site. */
async function withFiles({ store }: ActOptions, { site }: Conversation, body: Body): Promise<Body> {
  if (body.kind !== 'message' && body.kind !== 'edit') return body
  return { ...body, parts: await takeUpFiles(store, body.parts, (file) => file.site === site) }
}

interface Saying {
  now: Conversation
  body: Body
  deliveries: readonly NewDelivery[]
}

function said(acting: Acting, { now, body, deliveries }: Saying): Decision {
  const refuse = refusal({ ...acting, conversation: now })
  if (refuse) return { refuse }
  return {
    entries: [
      { from: acting.as ?? acting.author, body, ...(acting.channel !== undefined && { channel: acting.channel }) },
    ],
    ...(body.kind === 'message' && acting.author.kind === 'agent' && !acting.as ? { waitingSince: null } : {}),
    ...(deliveries.length > 0 ? { deliveries } : {}),
  }
}

/** The hand-off first, then the words: one write whose key is that of the words. */
function afterTaking(words: Decision, taking: Decision): Decision {
  if ('refuse' in words) return words
  if ('refuse' in taking) return taking
  const before = taking.entries.length
  const deliveries = words.deliveries?.map((one) =>
    typeof one.entry === 'number' ? { ...one, entry: one.entry + before } : one,
  )
  return {
    ...taking,
    ...words,
    entries: [...taking.entries, ...words.entries],
    main: before,
    ...(deliveries && { deliveries }),
  }
}

async function append(
  { committer, now }: ActOptions,
  acting: Acting,
  decide: (conversation: Conversation) => Decision,
): Promise<Result> {
  const outcome = await committer.append({
    to: { conversation: acting.conversation.id },
    key: acting.key,
    side: sideOf(acting.author),
    at: now(),
    ...acting.beside,
    decide,
  })
  if (outcome.state === 'duplicate') return { seq: outcome.seq, duplicate: true }
  const seq = outcome.entries.find((entry) => entry.key === acting.key)?.seq
  return { ...(seq === undefined ? {} : { seq }), duplicate: false }
}

async function pass(options: ActOptions, acting: Acting, one: Signal): Promise<Result> {
  const show = () => options.signal(acting.conversation.id, one)
  if (acting.author.kind === 'agent') show()
  else await withFloor(options, acting, show)
  return { duplicate: false }
}

/** Followers who were told that the floor moved are shown nothing more of who had it: a move during the look has it repeated. */
async function withFloor({ store, onFloorMoved }: ActOptions, acting: Acting, show: () => void): Promise<void> {
  const { id, floor } = acting.conversation
  for (let moved = true; moved; ) {
    moved = false
    const unwatch = onFloorMoved(id, floor.term, () => {
      moved = true
    })
    try {
      const conversation = await store.conversation(id)
      const refuse = conversation && refusal({ ...acting, conversation })
      if (refuse) throw refuse
      if (!moved) show()
    } finally {
      unwatch()
    }
  }
}

async function verifyOwn({ store }: ActOptions, { author, conversation }: Acting, of: number): Promise<void> {
  const [entry] = await store.entries(conversation.id, { after: of - 1, limit: 1 })
  if (entry?.seq !== of || entry.body.kind !== 'message')
    throw new HutongError('invalid', `of: there is no message ${of} in this conversation`, { field: 'of' })
  const own = entry.from.kind === author.kind && entry.from.id === author.id
  if (!own && !(author.kind === 'agent' && entry.from.kind === 'bot'))
    throw new HutongError('forbidden', `of: message ${of} was written by somebody else`, { field: 'of' })
}
