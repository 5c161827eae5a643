import type { Conversation } from '@hutong/core/conversation'
import type { Floor } from '@hutong/core/entry'
import type { Store, Write } from '../stores/store.ts'
import type { World } from './test-race-world.ts'

/**
 * Ways in which a store could let a bot speak too late, to see that the verdict finds them.
 * `unchecked`: a bot has the floor for ever once it had it. `early`: whether words may be said is looked at before the transaction
 * instead of in it. `lagging`: what signals are held against is how the conversation was one change of the floor ago.
 */
export type Flaw = 'unchecked' | 'early' | 'lagging'

/** These belong to no race: the tables are made before it and closed after it. */
const AROUND: readonly string[] = ['migrate', 'check', 'close', 'createAgent']

export interface RaceStoreOptions {
  world: World
  /** Told of a floor as soon as it is in the store, before anybody has an answer. */
  durable(conversation: string, floor: Floor): void
  flaw?: Flaw | undefined
}

/** A store of which everything is asked at one moment of the schedule and answered at a later one. */
export function createRaceStore(store: Store, { world, durable, flaw }: RaceStoreOptions): Store {
  const seen = flawed(telling(store, durable), flaw)
  const apart = Object.entries(seen).map(([name, call]) => {
    if (AROUND.includes(name)) return [name, call]
    return [
      name,
      (...given: unknown[]) => world.apart(() => (call as (...all: unknown[]) => Promise<unknown>)(...given)),
    ]
  })
  const late = Object.fromEntries(apart) as unknown as Store
  if (flaw !== 'early') return late
  return {
    ...late,
    commit: async (writes) => late.commit(await Promise.all(writes.map((one) => heldEarly(store, one)))),
  }
}

function telling(store: Store, durable: RaceStoreOptions['durable']): Store {
  return {
    ...store,
    async commit(writes) {
      const outcomes = await store.commit(writes)
      for (const one of outcomes) if (one.state === 'applied') durable(one.conversation.id, one.conversation.floor)
      return outcomes
    },
  }
}

function flawed(store: Store, flaw: Flaw | undefined): Store {
  if (flaw === 'unchecked') {
    const bots = new Map<string, Conversation['floor']>()
    return { ...store, commit: (writes) => store.commit(writes.map((one) => unchecked(one, bots))) }
  }
  if (flaw !== 'lagging') return store
  const known = new Map<string, [before: Conversation, now: Conversation]>()
  return {
    ...store,
    async conversation(id) {
      const now = await store.conversation(id)
      if (!now) return now
      const [before, last] = known.get(id) ?? [now, now]
      const moved: [Conversation, Conversation] = last.floor.term === now.floor.term ? [before, now] : [last, now]
      known.set(id, moved)
      return moved[0]
    },
  }
}

/** Words are held against the floor a bot had last; what moves the floor is decided as it has to be. */
function unchecked(write: Write, bots: Map<string, Conversation['floor']>): Write {
  return {
    ...write,
    decide(conversation, said) {
      if (conversation.floor.holder.kind === 'bot') bots.set(conversation.id, conversation.floor)
      const floor = bots.get(conversation.id) ?? conversation.floor
      return wordsBy(write, { ...conversation, floor }, said) ?? write.decide(conversation, said)
    },
  }
}

async function heldEarly(store: Store, write: Write): Promise<Write> {
  const early = 'conversation' in write.to ? await store.conversation(write.to.conversation) : undefined
  if (!early) return write
  const { floor } = early
  return {
    ...write,
    decide: (conversation, said) =>
      wordsBy(write, { ...conversation, floor }, said) ?? write.decide(conversation, said),
  }
}

/** What is decided for a conversation seen wrongly, when that only adds words of a bot. */
function wordsBy(
  write: Write,
  seen: Conversation,
  said: Parameters<Write['decide']>[1],
): ReturnType<Write['decide']> | undefined {
  const decision = write.decide(seen, said)
  const words = !('refuse' in decision) && !decision.floor && decision.entries.every(({ from }) => from?.kind === 'bot')
  return words ? decision : undefined
}
