import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Event } from '@hutong/core/backend'
import type { ContactBody, Entry, Floor, Participant } from '@hutong/core/entry'
import { toHutongError } from '@hutong/core/errors'
import { createRelay } from '../create-relay.ts'
import { createFiles } from '../files.ts'
import type { Relay } from '../relay.ts'
import { isOwedTo } from '../route.ts'
import { createSqliteStore } from '../stores/sqlite.ts'
import type { Store } from '../stores/store.ts'
import { quiet, webChannel } from '../test-relay.ts'
import { createRaceBots, type RaceBots } from './test-race-bots.ts'
import { createRaceStore, type Flaw } from './test-race-store.ts'
import type { Asked } from './test-race-verdict.ts'
import type { World } from './test-race-world.ts'

/** The real relay on the real store, in a world where one thing happens at a time. */
export interface Stage {
  world: World
  relay: Relay
  /** The first one holds the floor of a new conversation; as many sites as there are bots to begin with. */
  sites: readonly { id: string; routing: readonly string[] }[]
  /** Who has the floor of a conversation as far as was fanned out. */
  floors: Map<string, Floor>
  /** Who has it by the store, told or not. */
  durable: Map<string, Floor>
  /** What was asked of the relay since `clear`. */
  asked: Asked[]
  /** What went wrong within. */
  faults: string[]
  act(by: Participant, ...what: [conversation: string, request: Parameters<Relay['act']>[2]]): Promise<void>
  contact(site: string, address: string, said: { key: string; body: ContactBody; agent?: Participant }): Promise<string>
  spawn(work: Promise<void>): void
  /** Resolves when nobody does anything any more. */
  idle(): Promise<void>
  log(conversation: string): Promise<Entry[]>
  conversation: Store['conversation']
  clear(): void
  close(): Promise<void>
}

const SITES = [
  { id: 'in', routing: ['inner', 'wire', 'desk'] },
  { id: 'out', routing: ['wire', 'inner', 'desk'] },
  { id: 'fetched', routing: ['pull', 'inner', 'desk'] },
]
export const PEOPLE = [
  { kind: 'agent' as const, id: 'mei', name: 'Mei' },
  { kind: 'agent' as const, id: 'anna', name: 'Anna' },
]

export async function openStage(world: World, flaw?: Flaw): Promise<Stage> {
  // In memory where there is such a folder: what is at stake is the order of things, and a flush per transaction is most of the time.
  const folder = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'hutong-race-'))
  const real = createSqliteStore({ path: join(folder, 'hutong.sqlite') })
  await real.migrate()
  for (const { id, name } of PEOPLE)
    await real.createAgent({ id, name, email: `${id}@shop.example`, password: 'none', createdAt: 1 })
  const faults: string[] = []
  const durable = new Map<string, Floor>()
  const store = createRaceStore(real, { world, flaw, durable: (id, floor) => void durable.set(id, floor) })
  const asked: Asked[] = []
  const floors = new Map<string, Floor>()
  const works = new Set<Promise<void>>()
  const clock = { now: world.now }

  const spawn: Stage['spawn'] = (work) => {
    const one = work
      .catch((error: unknown) => void faults.push(`an actor failed: ${String(error)}`))
      .finally(() => works.delete(one))
    works.add(one)
  }
  const act: Stage['act'] = async (by, conversation, request) => {
    const { key = '', actions = [] } = request
    try {
      const { results } = await relay.act(by, conversation, request)
      asked.push({ by, key, actions, results })
    } catch (error) {
      asked.push({ by, key, actions, refused: toHutongError(error).code })
    }
  }
  const bots: RaceBots = createRaceBots({
    world,
    spawn,
    act: (bot, conversation, request) => act({ kind: 'bot', id: bot }, conversation, request),
    async own(conversation, bot) {
      const entries = await store.entries(conversation, { after: 0, limit: 200 })
      return entries
        .flatMap(({ seq, from, body }) => (from.id === bot && body.kind === 'message' ? [seq] : []))
        .reverse()
    },
  })
  const relay = createRelay({
    store,
    sites: SITES,
    adapters: [webChannel],
    backends: bots.backends,
    files: createFiles({
      folder: join(folder, 'files'),
      store,
      secret: 'a secret that is only used in tests',
      clock,
      origin: () => 'https://relay.test',
      limits: () => ({ maxBytes: 1_000, types: [] }),
    }),
    logger: { ...quiet, error: (fields, message) => void faults.push(`${message}: ${JSON.stringify(fields)}`) },
    clock,
    rawDays: 1,
    backendFolder: folder,
  })
  relay.onEvents((events: readonly Event[]) => {
    for (const event of events) {
      const { body } = event.entry
      if (body.kind === 'handoff') floors.set(event.conversation, body.floor)
      if (isOwedTo(event, 'pull')) bots.pulled(event)
    }
  })
  await world.until(relay.start())

  return {
    world,
    relay,
    sites: SITES,
    floors,
    durable,
    asked,
    faults,
    act,
    async contact(site, address, { key, body, agent }) {
      const from = { address }
      const { conversation } = await relay.receive('web', { from, site, key, body, ...(agent && { author: agent }) })
      return conversation
    },
    spawn,
    async idle() {
      while (works.size > 0) await Promise.all(works)
    },
    log: (conversation) => real.entries(conversation, { after: 0, limit: 1_000 }),
    conversation: real.conversation,
    clear() {
      asked.length = 0
      faults.length = 0
      floors.clear()
      durable.clear()
    },
    async close() {
      await world.until(relay.drain())
      await real.close()
      await rm(folder, { recursive: true })
    },
  }
}
