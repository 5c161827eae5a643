import type { Action, Backend } from '@hutong/core/backend'
import type { Attributes, Holder, Participant } from '@hutong/core/entry'
import { HutongError } from '@hutong/core/errors'
import { HANDS_MAX } from './handing-on.ts'
import type { RoutedSite } from './identify.ts'
import { refusal, type Speaker } from './refusal.ts'
import { handedOff, RELAY, resolveTarget } from './route.ts'
import { merged } from './stores/rows.ts'
import type { Decision, NewEntry } from './stores/store.ts'

export interface DecideOptions {
  sites: readonly RoutedSite[]
  backends: readonly Pick<Backend, 'name'>[]
  now(): number
}

export type SilentAction = Extract<Action, { kind: 'handoff' | 'set' | 'note' | 'close' | 'reopen' }>

export interface Deciding extends Speaker {
  /** Bots have handed the floor round as often as they may. */
  goesRound?: boolean
}

type Conversation = Deciding['conversation']

/** Most attributes of a conversation, and characters of their JSON. */
const ATTRIBUTES_MAX = 200
const ATTRIBUTES_SIZE = 64 * 1024

/** What an action without words for the contact does to the conversation as it is in the transaction. Pure. */
export function decide(options: DecideOptions, acting: Deciding, action: SilentAction): Decision {
  const { author: from, conversation } = acting
  switch (action.kind) {
    case 'note':
      return { entries: [{ from, body: { kind: 'note', text: action.text } }] }
    case 'set':
      return changed(conversation, from, action.attributes)
    case 'reopen':
      return reopened(conversation, from, options.now())
    case 'handoff':
      return refused(acting) ?? handed(options, acting, action)
    case 'close': {
      const decision = refused(acting) ?? closed(conversation, from, action.reason)
      return action.quiet && !('refuse' in decision) ? { ...decision, quiet: true } : decision
    }
  }
}

function refused(acting: Deciding): { refuse: HutongError } | undefined {
  const refuse = refusal(acting)
  return refuse && { refuse }
}

function handed(
  { sites, backends, now }: DecideOptions,
  { author: from, conversation, goesRound }: Deciding,
  action: Extract<SilentAction, { kind: 'handoff' }>,
): Decision {
  const { holder } = conversation.floor
  const routing = sites.find((site) => site.id === conversation.site)?.routing ?? []
  const to = resolveTarget(routing, holder, action.to)
  const refuse = targetRefusal(backends, from, { holder, to })
  if (refuse) return { refuse }
  const { reason, summary } = action
  const words = { ...(reason === undefined ? {} : { reason }), ...(summary === undefined ? {} : { summary }) }
  if (from.kind === 'bot' && to.kind === 'bot' && goesRound)
    return handedOff(conversation, {
      from: RELAY,
      to: { kind: 'queue' },
      at: now(),
      ...words,
      reason: roundOf(from, to),
    })
  return handedOff(conversation, { from, to, at: now(), ...words })
}

function roundOf({ id }: Participant, to: Extract<Holder, { kind: 'bot' }>): string {
  return `bots handed the conversation on ${HANDS_MAX} times without a word of a person; ${id} was about to give it to ${to.id}`
}

function targetRefusal(
  backends: DecideOptions['backends'],
  from: Participant,
  { holder, to }: { holder: Holder; to: Holder },
): HutongError | undefined {
  if (to.kind === 'none')
    return new HutongError(
      'invalid',
      'to.kind: nobody has to answer a closed conversation alone: close it, or give it to { "kind": "queue" }',
      { field: 'to.kind' },
    )
  if (to.kind !== 'bot') return undefined
  if (!backends.some(({ name }) => name === to.id))
    return new HutongError('invalid', `to.id: there is no backend "${to.id}"`, { field: 'to.id' })
  const has = from.kind === 'bot' && holder.kind === 'bot' && holder.id === to.id
  const remedy = 'answer, or give it to somebody else: { "kind": "next" }'
  return has
    ? new HutongError('invalid', `to: "${to.id}" has the floor already; ${remedy}`, { field: 'to' })
    : undefined
}

/** What makes it smaller is always taken. */
function changed({ attributes: before }: Conversation, from: Participant, changes: Attributes): Decision {
  const after = merged(before, changes)
  const keys = Object.keys(after).length
  if (keys > ATTRIBUTES_MAX && keys > Object.keys(before).length)
    return full(`${ATTRIBUTES_MAX} attributes at most, this makes ${keys}`)
  const size = sizeOf(after)
  if (size > ATTRIBUTES_SIZE && size > sizeOf(before))
    return full(`${ATTRIBUTES_SIZE} bytes of attributes at most, this makes ${size}`)
  return { entries: [{ from, body: { kind: 'attributes', changes } }], attributes: changes }
}

function full(why: string): Decision {
  const message = `attributes: a conversation has ${why}; set those to null that are not needed any more`
  return { refuse: new HutongError('too_large', message, { field: 'attributes' }) }
}

function sizeOf(attributes: Attributes): number {
  return Buffer.byteLength(JSON.stringify(attributes))
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

/** The floor goes to an agent who takes it. */
export function taken(now: Conversation, author: Participant, at: number): Decision {
  return handedOff(now, { from: author, to: agentHolder(author), at })
}

function agentHolder({ id, name }: Participant): { kind: 'agent'; id: string; name?: string } {
  return { kind: 'agent', id, ...(name === undefined ? {} : { name }) }
}
