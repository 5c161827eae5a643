import { chmod, mkdir } from 'node:fs/promises'
import type { Server } from 'node:http'
import { join } from 'node:path'
import { createSocketServer, createWebSocketAdapter, type WebSite } from '@hutong/adapter-websocket'
import type { Adapter, Clock, Logger } from '@hutong/core/adapter'
import type { Backend } from '@hutong/core/backend'
import { createClientAddress } from '@hutong/core/client-address'
import { Hono } from 'hono'
import { createAuth } from './auth.ts'
import { createBackendSocket } from './backend-socket.ts'
import { readDisabled } from './backends/webhook/disabled.ts'
import { builtFiles } from './built-files.ts'
import { type Config, type Settings, sitesOf } from './config.ts'
import { startAlerts } from './configured-alerts.ts'
import { configuredBackends } from './configured-backends.ts'
import { askingChannels, configuredChannels, notifyingChannels } from './configured-channels.ts'
import { countArrivals, countConflicts, countDeliveries } from './counting.ts'
import { createRelay } from './create-relay.ts'
import { makeDataFolder } from './data-folder.ts'
import { lockData } from './data-lock.ts'
import { fileLimits } from './file-limits.ts'
import { createFiles, keepSweeping } from './files.ts'
import { given } from './given.ts'
import { installHealth } from './health.ts'
import { createRest } from './http/rest.ts'
import { closeServer, createHttpServer, listen, stopListening } from './http-server.ts'
import { type IngressEnv, installIngress } from './ingress.ts'
import { withSecret } from './load-config.ts'
import { createLogger } from './logger.ts'
import { createMetrics } from './metrics.ts'
import { openMetrics } from './metrics-route.ts'
import { notifyAgents } from './notify-agents.ts'
import { createPresence, type Presence } from './presence.ts'
import type { Relay } from './relay.ts'
import { openStaffRecord } from './staff-record.ts'
import { createSqliteStore } from './stores/sqlite.ts'
import { VERSION } from './version.ts'

export interface ServeExtras {
  /** Backends of your own, by the names that routing chains use. */
  backends?: readonly Backend[]
  logger?: Logger
  clock?: Clock
}

export interface Running {
  /** Where it listens, as an origin. */
  url: string
  port: number
  /** Drains: clients are told to come back, what is under way finishes, then everything closes. Idempotent. */
  close(): Promise<void>
}

/** Undoes what has been opened so far, newest first. */
type Closers = (() => Promise<unknown> | void)[]

/** A whole relay in this process, with a secret of its own making in development. Resolves once it listens; rejects with `misconfigured` or `unavailable`, and nothing is left open then. */
export async function serve(settings: Settings, extras: ServeExtras = {}): Promise<Running> {
  const closers: Closers = []
  let closing: Promise<void> | undefined
  const close = () => {
    closing ??= closeAll(closers)
    return closing
  }
  try {
    const config = await withSecret(settings)
    const port = await open(config, extras, closers)
    return { url: originOf(config.listen.host, port), port, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Where a browser on this machine reaches what listens on that host. */
function originOf(host: string, port: number): string {
  const wildcard = host === '0.0.0.0' || host === '::'
  return `http://${wildcard ? 'localhost' : host.includes(':') ? `[${host}]` : host}:${port}`
}

async function closeAll(closers: Closers): Promise<void> {
  for (const close of closers.toReversed()) await close()
}

async function open(config: Config, extras: ServeExtras, closers: Closers): Promise<number> {
  const { clock = { now: Date.now }, logger = createLogger(config.log) } = extras
  const backends = configuredBackends(config, extras.backends)
  await makeDataFolder(config.data)
  const lock = await lockData(config.data)
  closers.push(lock.release)
  const ground = await openGround(config, { clock, logger }, closers)
  const { store, files, metrics, presence } = ground

  const app = new Hono<IngressEnv>()
  const http = createHttpServer(app)
  const web = openWeb(config, http, { presence, logger })
  const channels = await configuredChannels(config, { store, clock })
  closers.push(
    // Side by side: Socket.IO's end waits until the server's last connection is gone.
    () => Promise.all([web.io.close(), closeServer(http)]),
  )
  const relay = createRelay({
    store: countDeliveries(store, metrics),
    sites: sitesOf(config),
    adapters: [web.adapter, ...channels].map((one) => countArrivals(one, metrics)),
    backends,
    files,
    logger,
    clock,
    rawDays: config.rawDays,
    backendFolder: join(config.data, 'backends'),
    reach: config.reach,
    staffed: presence.staffed,
    ...(channels.length > 0 && { leaveAddress: { ...presence, channels: askingChannels(config) } }),
    measure: { commit: metrics.committed, backend: metrics.answered },
  })
  const backendSocket = createBackendSocket({
    ...ground,
    backends,
    io: web.io,
    relay: countConflicts(relay, metrics),
    logger,
    now: () => clock.now(),
  })
  watchLife(ground, { relay, channels, backends, io: web.io, backendSocket })
  await installRoutes(app, { config, relay, adapters: channels, backends, logger, clock, ...ground }, closers)

  closers.push(() => relay.drain())
  await relay.start()
  closers.push(
    keepSweeping(files, logger),
    () => backendSocket.close(config.drain.spreadMs),
    presence.hold,
    () => stopListening(http),
  )
  const notifying = notifyingChannels(config, channels)
  if (notifying.size > 0)
    closers.push(notifyAgents({ relay, presence, store, logger, mailbox: (site) => notifying.get(site) }))
  const port = await listen(http, config.listen)
  ground.address.origin ??= originOf(config.listen.host, port)
  if (config.alerts.length > 0)
    closers.push(await startAlerts(config, { relay, store, origin: ground.address.origin, clock, logger }))
  return port
}

/** What everything else stands on: the database, the files, who may do what, and the counters. */
async function openGround(config: Config, { clock, logger }: { clock: Clock; logger: Logger }, closers: Closers) {
  const sites = sitesOf(config)
  const folder = join(config.data, 'files')
  await mkdir(folder, { recursive: true })
  await chmod(folder, 0o700)
  const store = createSqliteStore({ path: join(config.data, 'hutong.sqlite') })
  closers.push(() => store.close())
  await store.migrate()
  const metrics = createMetrics({ store, now: () => clock.now() })
  closers.push(metrics.close)
  const staff = await openStaffRecord({ store, clock, logger })
  const presence = createPresence(staff)
  closers.push(staff.close, presence.close)
  const auth = createAuth({ store, config: { ...config, sites }, clock })
  /** Without a public URL, links lead to where it turns out to listen. */
  const address: { origin: string | undefined } = { origin: config.publicUrl }
  const files = createFiles({
    folder,
    store,
    secret: config.secret,
    clock,
    origin: () => address.origin ?? '',
    limits: fileLimits(config),
  })
  return { store, metrics, presence, auth, files, address }
}

interface Life {
  relay: Relay
  channels: readonly Adapter[]
  backends: readonly Backend[]
  io: ReturnType<typeof createSocketServer>
  backendSocket: ReturnType<typeof createBackendSocket>
}

/** Who is connected, what works and what does not, for the metrics. */
function watchLife(
  { metrics, store }: Pick<Awaited<ReturnType<typeof openGround>>, 'metrics' | 'store'>,
  { relay, channels, backends, io, backendSocket }: Life,
): void {
  metrics.connections('visitors', () => io.of('/').sockets.size)
  metrics.connections('backends', () => backendSocket.count())
  metrics.channels(() => channels.map(({ channel }) => [channel, !relay.troubles().has(channel)]))
  metrics.backends(() =>
    Promise.all(backends.map(async ({ name }) => [name, (await readDisabled(store, name)) === undefined])),
  )
}

interface Doors extends Awaited<ReturnType<typeof openGround>> {
  config: Config
  relay: Relay
  adapters: readonly Adapter[]
  backends: readonly Backend[]
  logger: Logger
  clock: Clock
}

/** Ingress first, then who answers: health, built files, channels, metrics, and REST for all the rest. */
async function installRoutes(app: Hono<IngressEnv>, doors: Doors, closers: Closers): Promise<void> {
  const { config, relay, store, metrics, auth, logger, clock } = doors
  const now = () => clock.now()
  installIngress(app, {
    ...config,
    addressOf: createClientAddress(config.trustProxy),
    tokenOf: async (authorization) => (await auth.who({ authorization }))?.id,
    ...{ metrics, logger, now },
  })
  installHealth(app, { store, draining: () => relay.draining, troubles: relay.troubles, now, version: VERSION })
  const built = await builtFiles(config.publicUrl)
  app.get('/', (c) => c.redirect('desk/'))
  app.use((c, next) => Promise.resolve(built.answer(c) ?? next()))
  for (const routed of ['/channels/*', '/backends/*']) app.all(routed, (c) => relay.fetch(c.req.raw))
  closers.push(await openMetrics(app, { metrics, auth, listen: config.metrics }))
  app.route(
    '/',
    createRest({ ...doors, relay: countConflicts(relay, metrics), config: { ...config, sites: sitesOf(config) }, now }),
  )
}

function openWeb(config: Config, http: Server, { presence, logger }: { presence: Presence; logger: Logger }) {
  const sites = new Map<string, WebSite>(
    sitesOf(config).map((site) => [site.key, { ...site, staffed: () => presence.staffed(site.id) }]),
  )
  const { trustProxy, websocket } = config
  const { limits, ...sockets } = websocket
  const find = (key: string) => sites.get(key)
  const io = createSocketServer(http, { ...sockets, trustProxy, sites: find, logger })
  const adapter = createWebSocketAdapter({
    io,
    sites: find,
    secret: config.secret,
    trustProxy,
    spread: config.drain.spreadMs,
    limits: given(limits),
    onStaffed: (changed) => presence.onChange(changed),
  })
  return { io, adapter }
}
