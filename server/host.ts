import type { Adapter, Clock, Host, Lease, Logger } from '@hutong/core/adapter'
import type { Identity } from '@hutong/core/conversation'
import { HutongError } from '@hutong/core/errors'
import type { ChannelHealth } from './channel-health.ts'
import { ownerOf } from './file-owner.ts'
import type { RelayFiles } from './files.ts'
import { pageToContact, presentToContact } from './present.ts'
import type { Relay } from './relay.ts'
import type { Store } from './stores/store.ts'

export interface HostOptions {
  relay: Pick<Relay, 'receive' | 'report' | 'join' | 'prove' | 'contactSignal' | 'follow'>
  health: Pick<ChannelHealth, 'trouble'>
  store: Store
  files: RelayFiles
  routes: Routes
  /** The name of this node in leases. */
  owner: string
  logger: Logger
  clock: Clock
}

/** Everything one adapter may do with the relay. */
export function createHost(
  { relay, health, store, files, routes, owner, logger, clock }: HostOptions,
  { channel, capabilities }: Adapter,
): Host {
  const scope = `channel:${channel}`
  return {
    receive: (arrival) => relay.receive(channel, arrival),
    report: (native, report) => relay.report(channel, native, report),
    trouble: (problem) => health.trouble(channel, problem),
    join: (who, same) => relay.join(channel, who, same),
    prove: (answer) => relay.prove(channel, answer),
    signal: ({ site, address }, signal) => relay.contactSignal({ channel, site, address }, signal),
    log: {
      async find(site, address) {
        const conversation = await store.find(site, channel, address)
        if (!conversation) return undefined
        const [cursors, verified] = await Promise.all([
          store.cursors(conversation.id),
          provenAs(store, conversation.contact, { channel, address }),
        ])
        return { conversation, cursors, ...(verified && { verified }) }
      },
      async read(conversation, range) {
        const [entries, recalled] = await Promise.all([
          store.entries(conversation, range),
          store.recalled(conversation),
        ])
        return pageToContact(entries, recalled, files)
      },
      locate: (native) => store.locate(channel, native),
      follow: (conversation, listener) =>
        relay.follow(conversation, {
          entries: (entries) => listener.entries(entries.map((entry) => presentToContact(entry, files))),
          signal: (signal) => signal.kind !== 'delivery' && listener.signal(signal),
        }),
    },
    route: (method, path, handle) => routes.add(method, `/channels/${channel}${path}`, handle),
    state: { get: (key) => store.get(scope, key), set: (key, value) => store.set(scope, key, value) },
    files: {
      ...files,
      put: (content, meta) =>
        files.put(content, {
          ...meta,
          owner: ownerOf(channel, meta.owner),
          ...(!capabilities.readsLog && { channel }),
        }),
    },
    lease: (name, ms) => lease(store, { name: `${scope}:${name}`, owner, ms, clock }),
    logger: naming(logger, channel),
    clock,
  }
}

/** Every line says which channel it is about. */
function naming(logger: Logger, channel: string): Logger {
  return {
    debug: (fields, message) => logger.debug({ channel, ...fields }, message),
    info: (fields, message) => logger.info({ channel, ...fields }, message),
    warn: (fields, message) => logger.warn({ channel, ...fields }, message),
    error: (fields, message) => logger.error({ channel, ...fields }, message),
  }
}

/** How an address of a contact was proven, also one that goes on in the conversation of another contact of the same person. */
async function provenAs(
  store: Pick<Store, 'contact' | 'linked'>,
  contact: string,
  { channel, address }: Pick<Identity, 'channel' | 'address'>,
): Promise<Identity['verified']> {
  const of = async (id: string) =>
    (await store.contact(id))?.identities.find((one) => one.channel === channel && one.address === address)
  const own = await of(contact)
  if (own) return own.verified
  const others = await Promise.all((await store.linked(contact)).map(of))
  return others.find((one) => one !== undefined)?.verified
}

interface LeaseTerms {
  name: string
  owner: string
  ms: number
  clock: Clock
}

async function lease(store: Store, { name, owner, ms, clock }: LeaseTerms): Promise<Lease | undefined> {
  const take = () => store.lease(name, { owner, now: clock.now(), until: clock.now() + ms })
  if (!(await take())) return undefined
  return { renew: take, release: () => store.releaseLease(name, owner) }
}

type Handle = (request: Request) => Promise<Response>

export interface Routes {
  add(method: string, path: string, handle: Handle): void
  fetch(request: Request): Promise<Response>
}

/** The routes of channels and backends, exact paths only. Whoever is opened again replaces its own. */
export function createRoutes(): Routes {
  const handlers = new Map<string, Handle>()
  return {
    add(method, path, handle) {
      handlers.set(`${method} ${path}`, handle)
    },
    async fetch(request) {
      const handle = handlers.get(`${request.method} ${new URL(request.url).pathname}`)
      if (handle) return handle(request)
      return Response.json({ error: new HutongError('not_found', 'nothing answers here') }, { status: 404 })
    },
  }
}
