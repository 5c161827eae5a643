import type { Backend } from '@hutong/core/backend'
import { HutongError } from '@hutong/core/errors'
import { z } from 'zod'
import { DISABLED, readDisabled } from '../backends/webhook/disabled.ts'
import type { Relay } from '../relay.ts'
import type { OutboxStore, SmallStore } from '../stores/store.ts'
import { type Operation, operation } from './operation.ts'
import { listOf } from './page.ts'
import { backend } from './schemas.ts'

export interface BackendOptions {
  relay: Pick<Relay, 'hasten'>
  store: Pick<OutboxStore, 'backlog' | 'replay'> & Pick<SmallStore, 'get' | 'set'>
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
    summary: 'Brings events to a backend again whose other end wanted no more, and what waits for it at once',
    params,
    answer: backend,
    errors: ['not_found'],
    async handle({ params: { name } }) {
      const found = known(options, name)
      await store.set(`backend:${name}`, DISABLED, undefined)
      await relay.hasten(name)
      return show(options, found, await store.backlog(now()))
    },
  })
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

function targetOf(name: string): string {
  return `backend:${name}`
}
