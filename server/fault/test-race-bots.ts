import type { Action, ActionInput, Backend, BackendHost, Event } from '@hutong/core/backend'
import type { Random } from './random.ts'
import type { World } from './test-race-world.ts'

/** Bots that do, by the seed, whatever bots may do, and at any time. */
export interface RaceBots {
  backends: Backend[]
  /** What `pull` finds in the feed. */
  pulled(event: Event): void
}

export interface RaceBotsOptions {
  world: World
  /** Entries as the store has them. */
  own(conversation: string, bot: string): Promise<number[]>
  /** Acts for a bot and keeps what became of it; never rejects. */
  act(bot: string, conversation: string, request: Parameters<BackendHost['act']>[1]): Promise<void>
  /** Goes on beside everything else. */
  spawn(work: Promise<void>): void
}

export const BOTS = ['inner', 'wire', 'pull'] as const
const text = (words: string) => ({ kind: 'text' as const, text: words })

/** `inner` answers in the process, `wire` when it is brought an event or later, `pull` whenever it likes. */
export function createRaceBots(options: RaceBotsOptions): RaceBots {
  const { world } = options
  const inner: Backend = {
    name: 'inner',
    async *handle(event) {
      for (let pieces = world.random.between(1, 3); pieces > 0; pieces--) {
        for (const action of await piece(options, 'inner', event)) {
          yield action
          await pause(world, 3)
        }
      }
    },
  }
  const wire: Backend = {
    name: 'wire',
    answers: 'later',
    async handle(event) {
      if (world.random.between(0, 2) === 0) return void options.spawn(answerLater(options, 'wire', event))
      const actions = await piece(options, 'wire', event)
      const more = world.random.between(0, 1) === 0 ? await piece(options, 'wire', event) : []
      const request = { key: event.id, ...terms(world.random, event), event: event.id, actions: [...actions, ...more] }
      await options.act('wire', event.conversation, request)
      if (world.random.between(0, 5) === 0) await options.act('wire', event.conversation, request)
    },
  }
  const pull: Backend = {
    name: 'pull',
    answers: 'later',
    fetches: true,
    handle: () => Promise.reject(new Error('pull')),
  }
  return { backends: [inner, wire, pull], pulled: (event) => options.spawn(answerLater(options, 'pull', event)) }
}

/** One request per action, as over REST; the same one twice now and then, side by side. */
async function answerLater(options: RaceBotsOptions, bot: string, event: Event): Promise<void> {
  const { world, act } = options
  const term = terms(world.random, event)
  for (let pieces = world.random.between(1, 2), at = 0; pieces > 0; pieces--) {
    await pause(world, 12)
    for (const action of await piece(options, bot, event)) {
      const request = { key: `${event.id}:late${at++}`, ...term, event: event.id, actions: [action] }
      const twice = world.random.between(0, 7) === 0
      await Promise.all([
        act(bot, event.conversation, request),
        ...(twice ? [act(bot, event.conversation, request)] : []),
      ])
      await pause(world, 4)
    }
  }
}

/** Most wires say for which floor they answer; of one that does not the event says it. */
function terms(random: Random, event: Event): { term?: number } {
  return random.between(0, 2) === 0 ? {} : { term: event.floor.term }
}

export async function pause(world: World, most: number): Promise<void> {
  for (let turns = world.random.between(0, most); turns > 0; turns--) await world.turn()
}

/** To a stop nothing is said but asides: all else is refused, and would be no answer to race with. */
async function piece(options: RaceBotsOptions, bot: string, event: Event): Promise<ActionInput[]> {
  const actions = await anyPiece(options, bot, event)
  if (event.entry.body.kind !== 'stop') return actions
  return actions.filter(({ kind }) => kind === 'note' || kind === 'set')
}

async function anyPiece({ world, own }: RaceBotsOptions, bot: string, event: Event): Promise<ActionInput[]> {
  const { random } = world
  const key = `${event.id}:${bot}:${random.between(0, 1e9)}`
  switch (PIECES[random.between(0, PIECES.length - 1)]) {
    case 'stream': {
      const grown = Array.from({ length: random.between(1, 4) }, (_, at) => 'word '.repeat(at + 1))
      const pieces: Action[] = grown.map((words) => ({ kind: 'stream', key, text: words, done: false }))
      return [...pieces, { kind: 'stream', key, text: 'word '.repeat(grown.length + 1), done: true }]
    }
    case 'typing':
      return [
        { kind: 'typing', on: true },
        { kind: 'reply', parts: [text('after typing')] },
        { kind: 'typing', on: false },
      ]
    case 'replies':
      return ['one', 'two', 'three'].map((words) => ({ kind: 'reply', parts: [text(words)] }))
    case 'ask':
      return [{ kind: 'ask', part: { kind: 'rating', scale: 'csat', question: 'How was it?' } }]
    case 'edit':
    case 'recall': {
      const [of] = await own(event.conversation, bot)
      if (of === undefined) return [{ kind: 'reply', parts: [text('nothing to change')] }]
      return random.between(0, 1) === 0 ? [{ kind: 'recall', of }] : [{ kind: 'edit', of, parts: [text('changed')] }]
    }
    case 'handoff':
      return [{ kind: 'handoff', to: { kind: 'next' }, summary: 'asks for a person' }]
    case 'close':
      return [{ kind: 'close', reason: 'done' }]
    case 'aside':
      return [
        { kind: 'note', text: 'an aside' },
        { kind: 'set', attributes: { topic: 'refund' } },
      ]
    default:
      return [{ kind: 'reply', parts: [text('an answer')] }]
  }
}

const PIECES = [
  ...['reply', 'reply', 'reply', 'replies', 'replies', 'stream', 'stream', 'stream', 'typing', 'typing'],
  ...['ask', 'edit', 'recall', 'edit', 'handoff', 'close', 'aside'],
]
