import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { createWebhookBackend } from '../backends/webhook/webhook.ts'
import { createRelay } from '../create-relay.ts'
import { createFiles } from '../files.ts'
import { createSqliteStore } from '../stores/sqlite.ts'
import { quiet, textBody, webChannel } from '../test-relay.ts'
import type { Order, Setting } from './test-webhook-process.ts'

/** A relay with webhooks whose clock can be moved ahead. */
const setting: Setting = JSON.parse(process.argv.at(-1) ?? '')
let ahead = setting.aheadMs
const clock = { now: () => Date.now() + ahead }
const store = createSqliteStore({ path: setting.database })
await store.migrate()
const files = createFiles({
  folder: setting.folder,
  store,
  secret: 'a secret of the fault test, long enough to be one',
  clock,
  origin: () => 'https://relay.test',
  limits: () => ({ maxBytes: 1_000, types: [] }),
})
const relay = createRelay({
  store,
  sites: setting.sites,
  adapters: [webChannel],
  backends: setting.webhooks.map(({ name, ...options }) => createWebhookBackend(name, options)),
  files,
  logger: quiet,
  clock,
  rawDays: 1,
  backendFolder: setting.folder,
})
await relay.start()
const database = new DatabaseSync(setting.database, { readOnly: true })
const busy = database.prepare(
  "select count(*) as count from outbox where state = 'leased' or (state = 'ready' and head = 1 and due <= ?)",
)

/** Time jumps only while nothing is under way, as no lease would outlast a jump. The outbox, whose timer is real, looks at once. */
async function forward(ms: number): Promise<void> {
  while (Number(busy.get(clock.now() + 20)?.count) > 0) await setTimeout(5)
  ahead += ms
  await relay.hasten('nobody')
}

async function carryOut(order: Order): Promise<unknown> {
  switch (order.do) {
    case 'write': {
      const { site, address, key } = order
      return relay.receive('web', { from: { address }, site, key, body: textBody(key) })
    }
    case 'forward':
      return forward(order.ms)
    case 'replay': {
      const replayed = await store.replay({ target: `backend:${order.backend}` }, clock.now())
      await relay.hasten(order.backend)
      return replayed
    }
    case 'backlog':
      return store.backlog(clock.now())
  }
}

process.on('message', ({ id, order }: { id: number; order: Order }) => {
  carryOut(order).then(
    (result) => process.send?.({ id, result }),
    (error: unknown) => process.send?.({ id, error: String(error) }),
  )
})
process.send?.({ ready: true })
