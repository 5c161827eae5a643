import type { Adapter, Capabilities } from '@hutong/core/adapter'
import { HutongError } from '@hutong/core/errors'
import { PARTS_MAX } from '@hutong/core/parts'
import type { Server } from 'socket.io'
import { createVisitors, type Visitors } from './client.ts'
import { registerDoorstep } from './doorstep.ts'
import { createIdentities } from './identity.ts'
import { WEB_LIMITS, type WebLimits } from './limits.ts'
import type { FindSite } from './site.ts'
import type { WebCount } from './tab.ts'
import { registerUploads } from './uploads.ts'

export type { WebSite } from './site.ts'
export { createSocketServer } from './socket-server.ts'

export interface WebSocketOptions {
  /** Default `web`. */
  channel?: string
  /** Made by `createSocketServer`; the adapter serves its main namespace and leaves it open when it closes. */
  io: Server
  sites: FindSite
  /** At least 32 bytes of text. Makes visitor tokens: changing it turns every anonymous visitor into a stranger. */
  secret: string
  /** Replaces single rates of `WEB_LIMITS`. */
  limits?: { [K in keyof WebLimits]?: WebLimits[K] | undefined }
  /** As given to `createSocketServer`. */
  trustProxy?: readonly string[]
  /** Milliseconds over which `close` asks clients to come back. Default 10 000. */
  spread?: number
  /** Milliseconds after a visitor's last socket until agents see it leave. Default 5 000. */
  offlineAfter?: number
  /** Calls whenever who is at the desk may have changed, until the returned function is called. */
  onStaffed?(changed: () => void): () => void
  /** Hears of what is dropped on purpose, for metrics. */
  count?(what: WebCount): void
}

const CAPABILITIES: Capabilities = {
  parts: ['text', 'image', 'file', 'audio', 'video', 'location', 'card', 'choices', 'form', 'rating', 'unsupported'],
  text: { markdown: true, max: null, unit: 'chars' },
  choices: { max: 20, label: 80 },
  buttons: 20,
  files: { maxBytes: 25 * 1024 * 1024 },
  partsPerMessage: PARTS_MAX,
  edit: true,
  recall: true,
  reactions: true,
  typing: true,
  initiate: false,
  idempotentSend: 'key',
  gatherMs: 0,
  reports: ['delivered', 'read'],
  readsLog: true,
}

/** The web channel: visitors' sockets in, the conversation's log out. */
export function createWebSocketAdapter(options: WebSocketOptions): Adapter {
  const { channel = 'web', io, sites, secret } = options
  const limits = withDefaults(options.limits)
  let visitors: Visitors | undefined

  return {
    channel,
    capabilities: CAPABILITIES,
    async open(host) {
      if (Buffer.byteLength(secret) < 32)
        throw new HutongError('misconfigured', 'secret: must be at least 32 bytes long')
      const identities = createIdentities({ secret, now: () => host.clock.now() })
      registerDoorstep(host, sites)
      registerUploads({ host, sites, identities, rate: limits.uploads })
      visitors = createVisitors({
        io,
        host,
        sites,
        identities,
        limits,
        trustProxy: options.trustProxy ?? [],
        offlineAfter: options.offlineAfter ?? 5_000,
        onStaffed: options.onStaffed ?? (() => () => {}),
        count: options.count ?? (() => {}),
      })
    },
    async send() {
      throw new HutongError('rejected', 'web clients read the log themselves; nothing is sent to them')
    },
    // Signals reach clients through the log they follow.
    signal() {},
    async close() {
      await visitors?.close(options.spread ?? 10_000)
      visitors = undefined
    },
  }
}

function withDefaults(limits: WebSocketOptions['limits'] = {}): WebLimits {
  const said = Object.entries(limits).filter(([, rate]) => rate !== undefined)
  return { ...WEB_LIMITS, ...Object.fromEntries(said) }
}
