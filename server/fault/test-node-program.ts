import { createWeChatAdapter } from '@hutong/adapter-wechat'
import { createWeComKfAdapter } from '@hutong/adapter-wecom'
import type { Adapter, Delivery, Receipt } from '@hutong/core/adapter'
import type { Entry } from '@hutong/core/entry'
import { toHutongError } from '@hutong/core/errors'
import { createRelay } from '../create-relay.ts'
import { createFiles } from '../files.ts'
import { createLogger } from '../logger.ts'
import { createSqliteStore } from '../stores/sqlite.ts'
import type { Order, Outcome, Setting } from './node-process.ts'

/** One of several relays on one store. */
const { database, files, wechat, kf }: Setting = JSON.parse(process.argv.at(-1) ?? '')
let [ahead, again] = [0, 0]
const clock = { now: () => Date.now() + ahead }
const store = createSqliteStore({ path: database, busyMs: 30_000 })
const adapters: Record<Order['channel'], Adapter> = { gzh: createWeChatAdapter(wechat), kf: createWeComKfAdapter(kf) }
const relay = createRelay({
  store,
  sites: [{ id: 'shop', routing: ['desk'] }],
  adapters: Object.values(adapters),
  backends: [],
  files: createFiles({
    ...{ folder: files, store, clock, secret: 'a secret that is only used in tests' },
    origin: () => 'https://relay.test',
    limits: () => ({ maxBytes: 1_000, types: [] }),
  }),
  logger: createLogger({ level: 'error' }),
  clock,
  rawDays: 1,
  backendFolder: files,
})
await relay.start()

const TRIES = 3

/** The message as the outbox hands it to the channel, and again under its key where a try may be repeated. */
async function send({ channel, ...one }: Order['sends'][number] & Pick<Order, 'channel'>): Promise<Receipt> {
  for (let attempt = 1; ; attempt += 1)
    try {
      return await adapters[channel].send(deliveryOf(one, attempt))
    } catch (thrown) {
      if (!toHutongError(thrown).retryable || attempt === TRIES) throw thrown
      again += 1
    }
}

function deliveryOf({ key, address, text }: Order['sends'][number], attempt: number): Delivery {
  const parts = [{ kind: 'text' as const, text, format: 'plain' as const }]
  const conversation = 'v_AAAAAAAAAAAAAAAAAAAAAA'
  const entry: Entry = {
    ...{ conversation, seq: 1, at: clock.now(), key, body: { kind: 'message', parts } },
    from: { kind: 'agent', id: 'a_anna', name: 'Anna' },
  }
  return { key, to: { address, conversation }, entry, parts, changes: [], attempt }
}

process.on('message', async ({ channel, aheadMs, sends }: Order) => {
  ahead = aheadMs
  again = 0
  const settled = await Promise.allSettled(sends.map((one) => send({ channel, ...one })))
  const outcome: Outcome = {
    sent: settled.filter((one) => one.status === 'fulfilled' && one.value.state === 'sent').length,
    again,
    failed: settled.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : [])).slice(0, 5),
  }
  process.send?.(outcome)
})
process.send?.({ ready: true })
