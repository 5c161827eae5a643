import type { ActionInput } from '@hutong/core/backend'
import type { Conversation } from '@hutong/core/conversation'
import type { BodyKind, Entry, Holder, Participant } from '@hutong/core/entry'
import type { Signal } from '@hutong/core/signal'

/** What became of one thing that somebody asked the relay to do. */
export interface Asked {
  by: Participant
  key: string
  actions: readonly ActionInput[]
  results?: readonly { seq?: number | undefined; duplicate: boolean }[]
  /** The code it was refused with. */
  refused?: string
}

/** What a follower was told, in order; with a signal, who had the floor by the store. */
export type Told = { entries: readonly Entry[] } | { signal: Signal; holder: Holder | undefined }

export interface Happened {
  conversation: Conversation
  /** Who had the floor before the first entry. */
  first: Holder
  log: readonly Entry[]
  asked: readonly Asked[]
  /** By each follower, with who had the floor as far as was fanned out when it began. */
  followers: readonly { holder: Holder; told: readonly Told[] }[]
}

/** What a contact can see of a bot; the rest is between us. */
const SEEN: readonly BodyKind[] = ['message', 'edit', 'recall', 'reaction']

/** Broken promises of one conversation; none when all were kept. */
export function judgeFloor(happened: Happened): string[] {
  return [...spoken(happened), ...shown(happened), ...answered(happened), ...counted(happened)]
}

/** No entry of a bot that the contact can see while somebody else has the floor, by the hand-offs of the log alone. */
function spoken({ log, first, conversation }: Happened): string[] {
  const broken: string[] = []
  let holder = first
  let term: number | undefined
  for (const [at, { seq, from, body }] of log.entries()) {
    if (seq !== at + 1) broken.push(`entry ${seq} stands at ${at + 1}`)
    if (from.kind === 'bot' && SEEN.includes(body.kind) && !isHeldBy(holder, from))
      broken.push(`${body.kind} ${seq} of ${from.id} while ${nameOf(holder)} has the floor`)
    if (body.kind !== 'handoff') continue
    if (term !== undefined && body.floor.term !== term + 1) broken.push(`entry ${seq} jumps to term ${body.floor.term}`)
    term = body.floor.term
    holder = body.floor.holder
  }
  const { floor } = conversation
  if (nameOf(floor.holder) !== nameOf(holder) || (term !== undefined && floor.term !== term))
    broken.push(`${nameOf(floor.holder)} has the floor at ${floor.term}, by the log it is ${nameOf(holder)} at ${term}`)
  return broken
}

/**
 * No signal of a bot to a follower who was told before that somebody else has the floor, unless the bot has it back by the store:
 * that hand-off is then on its way to the follower.
 */
function shown({ followers }: Happened): string[] {
  return followers.flatMap(({ holder: first, told }, at) => {
    let holder = first
    return told.flatMap((one) => {
      if ('entries' in one) {
        for (const { body } of one.entries) if (body.kind === 'handoff') holder = body.floor.holder
        return []
      }
      const { kind, from } = one.signal
      if (from.kind !== 'bot' || (kind !== 'stream' && kind !== 'typing') || isHeldBy(holder, from)) return []
      if (one.holder && isHeldBy(one.holder, from)) return []
      return [`follower ${at} is shown ${kind} of ${from.id} while ${nameOf(holder)} has the floor`]
    })
  })
}

/** What was refused was refused as too late, and what was accepted is in the log, once. */
function answered({ asked, log }: Happened): string[] {
  const keys = Map.groupBy(log, ({ from, key }) => nameUnder(from, key))
  return asked.flatMap(({ by, key, actions, results, refused }) => {
    if (refused !== undefined) return refused === 'stale_floor' ? [] : [`${key} of ${by.id} was refused as ${refused}`]
    return (results ?? []).flatMap(({ seq }, at) => {
      const action = actions[at]
      if (!action || action.kind === 'typing' || (action.kind === 'stream' && !action.done)) return []
      const own = 'key' in action && action.key !== undefined ? action.key : `${key}:${at}`
      const found = keys.get(nameUnder(by, own)) ?? []
      if (found.length === 1 && found[0]?.seq === seq) return []
      return [`${own} of ${by.id} was accepted as ${seq} and stands ${found.length} times in the log`]
    })
  })
}

/** Whatever one author has said under a key stands there once. */
function counted({ log }: Happened): string[] {
  const keys = Map.groupBy(log, ({ from, key }) => nameUnder(from, key))
  return [...keys].flatMap(([key, entries]) => (entries.length === 1 ? [] : [`${key} stands ${entries.length} times`]))
}

/** All people of ours name keys together, each bot for itself. */
function nameUnder({ kind, id }: Participant, key: string): string {
  return `${kind === 'bot' ? `bot ${id}` : kind} ${key}`
}

function isHeldBy(holder: Holder, { id }: Participant): boolean {
  return holder.kind === 'bot' && holder.id === id
}

function nameOf(holder: Holder): string {
  return 'id' in holder ? `${holder.kind} ${holder.id}` : holder.kind
}
