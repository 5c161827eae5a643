import { setTimeout as sleep } from 'node:timers/promises'
import type { Backend } from '@hutong/core/backend'
import { HutongError } from '@hutong/core/errors'
import { z } from 'zod'
import { DISABLED, readDisabled } from '../backends/webhook/disabled.ts'
import { RESTING, type Resting } from '../backends/webhook/resting.ts'
import type { Relay } from '../relay.ts'
import type { OutboxStore, SmallStore } from '../stores/store.ts'
import { type Operation, operation } from './operation.ts'
import { listOf } from './page.ts'
import { backend } from './schemas.ts'

export interface BackendOptions {
  relay: Pick<Relay, 'hasten'>
  store: Pick<OutboxStore, 'backlog' | 'replay' | 'underWay'> & Pick<SmallStore, 'get' | 'set'>
  backends: readonly Backend[]
  /** Settings by name, of which the kind is shown. */
  configured: Readonly<Record<string, { kind?: unknown }>>
  now(): number
}

const tag = 'backends'

type Shown = z.infer<typeof backend>

const params = z.object({
  name: z
    .string()
    .max(64)
    .meta({ description: "The backend's name", examples: ['faq'] }),
})

/** For administrators: what answers, how far behind it is, and bringing what it missed. */
export function backendOperations(options: BackendOptions): Operation[] {
  return [list(options), enable(options), replay(options)]
}

function list(options: BackendOptions): Operation {
  return operation({
    method: 'get',
    path: '/v1/backends',
    access: 'admin',
    id: 'listBackends',
    tag,
    summary: 'The backends, each with what it has not been brought yet',
    answer: listOf(backend),
    async handle() {
      const backlog = await options.store.backlog(options.now())
      return { items: await Promise.all(options.backends.map((one) => show(options, one, backlog))) }
    },
  })
}

function enable(options: BackendOptions): Operation {
  const { relay, store, now } = options
  return operation({
    method: 'post',
    path: '/v1/backends/{name}/enable',
    access: 'admin',
    id: 'enableBackend',
    tag,
    summary:
      'Brings events to a backend again whose other end wanted no more: first all it was given up on, in the order of each conversation. What waits for it is due at once, though it asked to be left alone',
    params,
    query: z.object({
      replay: z.enum(['true', 'false']).default('true').meta({
        description:
          '`false` leaves its dead letters where they are. One that is not disabled is brought none in any case',
      }),
    }),
    answer: backend,
    errors: ['not_found'],
    async handle({ params: { name }, query }) {
      const found = known(options, name)
      if ((await readDisabled(store, name)) !== undefined) await wakeUp(options, name, query.replay === 'true')
      await store.set(targetOf(name), RESTING, undefined)
      await relay.hasten(name)
      return show(options, found, await store.backlog(now()))
    },
  })
}

/** Longest time that a relay which dies here keeps the backend waiting, in milliseconds. */
const WAKING_MS = 5_000
/** Longest wait for what is being given up at this moment, and how often it is looked for, in milliseconds. */
const SETTLED_MS = 2_000
const LOOK_MS = 10

/** It is left alone until what it missed is due again, so that nothing younger of a conversation overtakes it. */
async function wakeUp({ store, now }: BackendOptions, name: string, withDead: boolean): Promise<void> {
  const target = targetOf(name)
  const since = now()
  await store.set(target, RESTING, { since, until: since + WAKING_MS, waking: true } satisfies Resting)
  await store.set(target, DISABLED, undefined)
  if (!withDead) return
  const end = performance.now() + SETTLED_MS
  while ((await store.underWay(target)) > 0 && performance.now() < end) await sleep(LOOK_MS)
  await store.replay({ target }, now())
}

function replay(options: BackendOptions): Operation {
  const { relay, store, now } = options
  return operation({
    method: 'post',
    path: '/v1/backends/{name}/replay',
    access: 'admin',
    id: 'replayBackend',
    tag,
    summary: 'Brings a backend all it was given up on, in the order of each conversation',
    params,
    answer: z.object({ replayed: z.int().describe('How many events') }).describe('What is due again'),
    errors: ['not_found', 'conflict'],
    async handle({ params: { name } }) {
      known(options, name)
      if ((await readDisabled(store, name)) !== undefined)
        throw new HutongError('conflict', `${name} is disabled; enable it first: POST /v1/backends/${name}/enable`)
      const replayed = await store.replay({ target: targetOf(name) }, now())
      await relay.hasten(name)
      return { replayed }
    },
  })
}

async function show(
  { store, configured }: BackendOptions,
  { name, title, hears = 'floor' }: Backend,
  backlog: Awaited<ReturnType<OutboxStore['backlog']>>,
): Promise<Shown> {
  const { open, dead, oldest } = backlog.find(({ target }) => target === targetOf(name)) ?? NOTHING
  const off = await readDisabled(store, name)
  const kind = configured[name]?.kind ?? (name in configured ? name : undefined)
  return {
    name,
    ...(typeof kind === 'string' && { kind }),
    ...(title !== undefined && { title }),
    hears,
    ...(off === undefined ? { state: 'enabled' } : { state: 'disabled', ...off }),
    open,
    dead,
    oldest,
  }
}

const NOTHING = { open: 0, dead: 0, oldest: 0 }

function known({ backends }: BackendOptions, name: string): Backend {
  const found = backends.find((one) => one.name === name)
  if (found) return found
  throw new HutongError('not_found', `there is no backend "${name}"`)
}

/** Of its deliveries, and the scope of its state. */
function targetOf(name: string): string {
  return `backend:${name}`
}
