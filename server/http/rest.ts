import type { Adapter } from '@hutong/core/adapter'
import type { Backend } from '@hutong/core/backend'
import { Hono } from 'hono'
import { z } from 'zod'
import type { Auth } from '../auth.ts'
import type { Files } from '../files.ts'
import type { Presence } from '../presence.ts'
import type { Relay } from '../relay.ts'
import type { Store } from '../stores/store.ts'
import { asideOperations } from './aside.ts'
import { describeWires } from './asyncapi.ts'
import { backendOperations } from './backends.ts'
import { byMailOperations } from './by-mail.ts'
import { type ConfiguredChannel, channelOperation } from './channels.ts'
import { contactOperations } from './contacts.ts'
import { conversationOperations } from './conversations.ts'
import { deliveryOperations } from './deliveries.ts'
import { describeOperations } from './document.ts'
import { createDoors } from './doors.ts'
import { feedOperation } from './feed.ts'
import { fileOperations } from './files.ts'
import { knowledgeOperations } from './knowledge.ts'
import { mount, type Operation, operation, type RestEnv } from './operation.ts'
import { originalOperations } from './originals.ts'
import { sessionOperations } from './session.ts'
import { type ListedSite, siteOperation, type WatchedSite } from './sites.ts'

export interface RestOptions {
  relay: Pick<
    Relay,
    | 'onEvents'
    | 'draining'
    | 'hasten'
    | 'wake'
    | 'act'
    | 'signal'
    | 'changeContact'
    | 'merge'
    | 'unmerge'
    | 'ways'
    | 'invitations'
    | 'online'
  >
  store: Store
  /** The channels, asked for messages as they came. */
  adapters?: readonly Adapter[]
  /** Whatever answers. */
  backends?: readonly Backend[]
  config: {
    sites: readonly ListedSite[]
    publicUrl?: string | undefined
    channels?: readonly ConfiguredChannel[]
    alerts?: readonly WatchedSite[]
    backends?: Readonly<Record<string, { kind?: unknown }>>
  }
  files: Files
  auth: Auth
  presence: Presence
  now?: () => number
}

/** Everything below `/v1`, and the files' links below `/files`. Refusals are thrown as HutongErrors. */
export function createRest(options: RestOptions): Hono<RestEnv> {
  const app = new Hono<RestEnv>()
  for (const one of restOperations(options)) mount(app, options.auth, one)
  return app
}

const document = z
  .record(z.string(), z.unknown())
  .describe('The document; it needs no credentials and changes with the version alone')

/** Every route, to be served, described and tested one by one. */
export function restOperations(options: RestOptions): Operation[] {
  const doors = createDoors(options.store, options.config.sites)
  const now = options.now ?? Date.now
  const operations = [
    ...sessionOperations(options),
    siteOperation(options.config.sites, options.config.alerts),
    channelOperation(options.adapters ?? [], options.config.channels ?? []),
    ...conversationOperations({ ...options, doors, now }),
    ...originalOperations({ ...options, adapters: options.adapters ?? [], doors }),
    ...asideOperations(options.adapters ?? []),
    ...byMailOperations({ ...options, adapters: options.adapters ?? [], doors }),
    ...contactOperations({ ...options, doors }),
    ...fileOperations({ ...options, doors, now }),
    ...deliveryOperations({ ...options, doors, now }),
    ...knowledgeOperations({ backends: options.backends ?? [], sites: options.config.sites }),
    feedOperation(options),
    ...backendOperations({
      ...options,
      backends: options.backends ?? [],
      configured: options.config.backends ?? {},
      now,
    }),
  ]
  const api = operation({
    method: 'get',
    path: '/v1/openapi.json',
    access: 'public',
    id: 'getDescription',
    tag: 'description',
    summary: 'This description',
    answer: document,
    handle: async () => description,
  })
  const wires = operation({
    method: 'get',
    path: '/v1/asyncapi.json',
    access: 'public',
    id: 'getWires',
    tag: 'description',
    summary: 'What travels over Socket.IO and to webhooks, as AsyncAPI 3.0',
    answer: document,
    handle: async () => described,
  })
  const described = describeWires(options.config.publicUrl)
  const description = describeOperations([...operations, api, wires], options.config.publicUrl)
  return [...operations, api, wires]
}
