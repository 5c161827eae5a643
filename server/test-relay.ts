import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Adapter, Logger } from '@hutong/core/adapter'
import type { Backend } from '@hutong/core/backend'
import type { ContactBody, Entry } from '@hutong/core/entry'
import type { RatingSettings } from './ask-rating-settings.ts'
import { logChannel } from './conformance/log-channel.ts'
import { createRelay, type RelayOptions } from './create-relay.ts'
import { createFiles } from './files.ts'
import type { FloorSettings } from './floor-settings.ts'
import type { ReachTimes } from './reach.ts'
import type { Relay } from './relay.ts'
import { createSqliteStore } from './stores/sqlite.ts'
import type { Store } from './stores/store.ts'

export const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {} }

export { logChannel as webChannel }

export interface TestRelay {
  relay: Relay
  store: Store
  /** The store's file. */
  path: string
  /** A visitor's entry, as the web channel hands it over. */
  write(body: ContactBody | string, more?: { key?: string; address?: string }): ReturnType<Relay['receive']>
  log(conversation: string): Promise<Entry[]>
  /** Resolves when the log of the conversation satisfies the condition; rejects after five seconds. */
  until(conversation: string, condition: (entries: Entry[]) => boolean): Promise<Entry[]>
  close(): Promise<void>
}

/** A relay on a store of its own in a fresh folder. */
export async function openTestRelay({
  backends = [],
  adapters = [logChannel],
  routing = ['desk'],
  ratings,
  floor,
  staffed,
  locales,
  reach,
  leaveAddress,
  path: taken,
}: {
  backends?: readonly Backend[]
  adapters?: readonly Adapter[]
  routing?: readonly string[]
  ratings?: RatingSettings
  floor?: FloorSettings
  staffed?: NonNullable<RelayOptions['staffed']>
  locales?: readonly string[]
  reach?: ReachTimes
  leaveAddress?: NonNullable<RelayOptions['leaveAddress']>
  /** The data of another relay, which was not closed: as after a crash. */
  path?: string
} = {}): Promise<TestRelay> {
  const folder = await mkdtemp(join(tmpdir(), 'hutong-relay-'))
  const path = taken ?? join(folder, 'hutong.sqlite')
  const store = createSqliteStore({ path })
  await store.migrate()
  const sites = [
    { id: 'shop', routing, ...(ratings && { ratings }), ...(floor && { floor }), ...(locales && { locales }) },
  ]
  const relay = createRelay({
    store,
    sites,
    adapters,
    backends,
    files: createFiles({
      folder: join(folder, 'files'),
      store,
      secret: 'a secret that is only used in tests',
      clock: { now: Date.now },
      origin: () => 'https://relay.test',
      limits: () => ({ maxBytes: 100_000, types: ['image/*'] }),
    }),
    logger: quiet,
    clock: { now: Date.now },
    rawDays: 1,
    backendFolder: join(folder, 'backends'),
    ...(reach && { reach }),
    ...(staffed && { staffed }),
    ...(leaveAddress && { leaveAddress }),
  })
  await relay.start()
  let written = 0
  const log = (conversation: string) => store.entries(conversation, { after: 0, limit: 1_000 })

  return {
    relay,
    store,
    path,
    log,
    write: (body, { key = `k${written++}`, address = 'visitor' } = {}) =>
      relay.receive('web', {
        from: { address },
        site: 'shop',
        key,
        body: typeof body === 'string' ? textBody(body) : body,
      }),
    async until(conversation, condition) {
      const end = Date.now() + 5_000
      while (Date.now() < end) {
        const entries = await log(conversation)
        if (condition(entries)) return entries
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      throw new Error(`the log never got there: ${JSON.stringify(await log(conversation))}`)
    },
    async close() {
      await relay.drain()
      await store.close()
      await rm(folder, { recursive: true })
    },
  }
}

export function textBody(text: string): ContactBody {
  return { kind: 'message', parts: [{ kind: 'text', text, format: 'plain' }] }
}

const ANNA = { kind: 'agent' as const, id: 'a_anna', name: 'Anna' }
let said = 0

/** Anna replies, and has the floor with it. */
export function agentSays({ relay }: Pick<TestRelay, 'relay'>, conversation: string, text: string) {
  return relay.act(ANNA, conversation, {
    key: `say-${said++}`,
    actions: [{ kind: 'reply', parts: [{ kind: 'text', text }] }],
  })
}
