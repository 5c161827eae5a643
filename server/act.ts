import {
  type Action,
  type ActRequestInput,
  type ActResult,
  actRequest,
  type Backend,
  type HandoffTarget,
} from '@hutong/core/backend'
import type { Conversation } from '@hutong/core/conversation'
import type { Body, Participant } from '@hutong/core/entry'
import { HutongError } from '@hutong/core/errors'
import { parse } from '@hutong/core/parse'
import type { Part } from '@hutong/core/parts'
import type { Signal } from '@hutong/core/signal'
import type { Committer } from './commit.ts'
import { settledScope } from './deadline.ts'
import type { RoutedSite } from './identify.ts'
import type { Invite } from './invite.ts'
import { handedOff, RELAY, resolveTarget } from './route.ts'
import type { Decision, LogStore, NewDelivery, NewEntry, PeopleStore, SmallStore, Write } from './stores/store.ts'
import { type FileRecords, takeUpFiles } from './take-up-files.ts'

export interface ActOptions {
  store: Pick<LogStore, 'conversation' | 'entries'> &
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
  return async function act(actor, id, input) {
    const author = titled(options.backends, actor)
    const request = parse(actRequest, input)
    if (request.event !== undefined) seqOf(request.event, id)
    const conversation = await options.store.conversation(id)
    if (!conversation) throw new HutongError('not_found', `there is no conversation "${id}"`, { field: 'conversation' })
    const results: Result[] = []
    for (const [index, action] of request.actions.entries()) {
      const key = 'key' in action && action.key !== undefined ? action.key : `${request.key}:${index}`
      results.push(await carryOut(options, { author, conversation, term: request.term, key }, action))
    }
    if (request.event !== undefined && author.kind === 'bot')
      await settle(options.store, { backend: author.id, conversation: id, event: request.event })
    return { results }
  }
}

/** A backend speaks under its own title over every wire; the name of its token is nothing for contacts. */
function titled(backends: ActOptions['backends'], author: Participant): Participant {
  const backend = author.kind === 'bot' ? backends.find(({ name }) => name === author.id) : undefined
  if (!backend) return author
  return { kind: 'bot', id: author.id, ...(backend.title !== undefined && { name: backend.title }) }
}

/** Nothing more is owed for the event, nor for what came before it. */
async function settle(
  store: Pick<SmallStore, 'get' | 'set'>,
  { backend, conversation, event }: { backend: string; conversation: string; event: string },
): Promise<void> {
  const scope = settledScope(backend)
  const seq = seqOf(event, conversation)
  const before = await store.get(scope, conversation)
  if (typeof before !== 'number' || before < seq) await store.set(scope, conversation, seq)
}

function seqOf(event: string, conversation: string): number {
  const seq = event.startsWith(`${conversation}:`) ? Number(event.slice(conversation.length + 1)) : Number.NaN
  if (Number.isSafeInteger(seq) && seq > 0) return seq
  throw new HutongError('invalid', `event: "${event}" is no event of this conversation; give its id as it came`, {
    field: 'event',
  })
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
      await verifyTarget(options, acting.author, action.to)
      return append(options, acting, (conversation) => decide(options, { ...acting, conversation }, action))
    default:
      return append(options, acting, (conversation) => decide(options, { ...acting, conversation }, action))
  }
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

async function verifyTarget({ store }: ActOptions, author: Participant, to: HandoffTarget): Promise<void> {
  if (to.kind !== 'agent' || to.id === author.id) return
  if ((await store.agents()).some((agent) => agent.id === to.id)) return
  throw new HutongError('invalid', `to.id: there is no agent "${to.id}"`, { field: 'to.id' })
}

type SilentAction = Extract<Action, { kind: 'handoff' | 'set' | 'note' | 'close' | 'reopen' }>

function decide({ sites, backends, now }: ActOptions, acting: Acting, action: SilentAction): Decision {
  const { author: from, conversation } = acting
  switch (action.kind) {
    case 'note':
      return { entries: [{ from, body: { kind: 'note', text: action.text } }] }
    case 'set':
      return {
        entries: [{ from, body: { kind: 'attributes', changes: action.attributes } }],
        attributes: action.attributes,
      }
    case 'reopen':
      return reopened(conversation, from, now())
    case 'handoff': {
      const refuse = refusal(acting)
      if (refuse) return { refuse }
      const routing = sites.find((site) => site.id === conversation.site)?.routing ?? []
      const to = resolveTarget(routing, conversation.floor.holder, action.to)
      if (to.kind === 'bot' && !backends.some(({ name }) => name === to.id))
        return { refuse: new HutongError('invalid', `to.id: there is no backend "${to.id}"`, { field: 'to.id' }) }
      return handedOff(conversation, { from, to, at: now(), ...wordsOf(action) })
    }
    case 'close': {
      const refuse = refusal(acting)
      if (refuse) return { refuse }
      const decision = closed(conversation, from, action.reason)
      return action.quiet && !('refuse' in decision) ? { ...decision, quiet: true } : decision
    }
  }
}

function wordsOf({ reason, summary }: Extract<Action, { kind: 'handoff' }>): { reason?: string; summary?: string } {
  return { ...(reason === undefined ? {} : { reason }), ...(summary === undefined ? {} : { summary }) }
}

/** An agent who reopens a conversation has the floor; whatever else reopens it leaves the floor where it is. */
function reopened(conversation: Conversation, from: Participant, at: number): Decision {
  const { holder } = conversation.floor
  const status: NewEntry = { from, body: { kind: 'status', status: 'open' } }
  const has = holder.kind === 'agent' && holder.id === from.id
  if (from.kind !== 'agent' || has) return { entries: [status], status: 'open' }
  const handed = taken(conversation, from, at)
  if ('refuse' in handed) return handed
  const { waitingSince } = conversation
  return { ...handed, entries: [status, ...handed.entries], status: 'open', waitingSince }
}

function closed(conversation: Conversation, from: Participant, reason: string | undefined): Decision {
  const floor = { holder: { kind: 'none' as const }, term: conversation.floor.term + 1 }
  const handed = handedOff(conversation, { from, to: floor.holder, at: 0 })
  const status: NewEntry = {
    from,
    body: { kind: 'status', status: 'closed', ...(reason === undefined ? {} : { reason }) },
  }
  return 'refuse' in handed ? handed : { ...handed, entries: [status, ...handed.entries], status: 'closed' }
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

function taken(now: Conversation, author: Participant, at: number): Decision {
  return handedOff(now, { from: author, to: agentHolder(author), at })
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

function agentHolder({ id, name }: Participant): { kind: 'agent'; id: string; name?: string } {
  return { kind: 'agent', id, ...(name === undefined ? {} : { name }) }
}

/** Why this comes too late, or undefined: a term that moved, or a bot without the floor. */
function refusal({ author, conversation, term }: Acting): HutongError | undefined {
  const { floor } = conversation
  if (author.kind === 'bot' && (floor.holder.kind !== 'bot' || floor.holder.id !== author.id))
    return new HutongError('stale_floor', `the floor is with ${describe(conversation)} (term ${floor.term})`, {
      field: 'term',
    })
  if (term !== undefined && term !== floor.term)
    return new HutongError('stale_floor', `the floor is at term ${floor.term}, the answer was made at ${term}`, {
      field: 'term',
    })
  return undefined
}

function describe({ floor: { holder } }: Conversation): string {
  return 'id' in holder ? `${holder.kind} ${holder.id}` : holder.kind
}

async function append(
  { committer, now }: ActOptions,
  acting: Acting,
  decide: (conversation: Conversation) => Decision,
): Promise<Result> {
  const outcome = await committer.append({
    to: { conversation: acting.conversation.id },
    key: acting.key,
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
