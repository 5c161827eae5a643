import { HutongError } from '@hutong/core/errors'
import { mistakesOf, settingWords } from '@hutong/core/value-words'
import { z } from 'zod'
import { alertSettings } from './alert-settings.ts'
import { ratingSettings } from './ask-rating-settings.ts'
import { channelSettings, redactedChannel } from './channel-settings.ts'
import { contradictions, type Mistake } from './contradictions.ts'
import { floorSettings } from './floor-settings.ts'
import { readable } from './settings-tree.ts'

/**
 * Every setting of a relay, in one schema. The same object is what `hutong.config.json` holds, what `HUTONG_…` variables and
 * flags write into, and what `serve()` takes. Durations and sizes carry their unit in the name.
 */

const KIB = 1024
const MIB = 1024 * KIB
export const SECRET_MIN_BYTES = 32

/** Media types that sites accept unless they say otherwise; `image/*` stands for the whole family. */
const UPLOAD_TYPES = ['image/*', 'audio/*', 'video/*', 'application/pdf', 'text/plain', 'application/zip']

const longEnough = (value: string) => Buffer.byteLength(value) >= SECRET_MIN_BYTES

const origin = z.string().refine(isOrigin, {
  error: 'must be an exact origin such as "https://shop.example", without a path and without *',
})

const jwtKey = z.discriminatedUnion('alg', [
  z.strictObject({
    kid: z.string().min(1).max(128),
    alg: z.literal('HS256'),
    secret: z.string().refine(longEnough, { error: `must be at least ${SECRET_MIN_BYTES} bytes long` }),
  }),
  z.strictObject({
    kid: z.string().min(1).max(128),
    alg: z.literal('EdDSA'),
    /** The Ed25519 public key as PEM (SPKI). */
    publicKey: z.string().includes('BEGIN PUBLIC KEY', { error: 'must be an Ed25519 public key as PEM' }),
  }),
])

const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, {
  error: 'must be 1 to 64 letters, digits, "-" or "_"',
})

const mediaType = z.string().regex(/^[\w.+-]+\/([\w.+-]+|\*)$/, {
  error: 'must be a media type such as "image/png", or a family of them such as "image/*"',
})

const network = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
  error: 'must be an address such as "10.0.0.1" or a network such as "10.0.0.0/8"',
})

const site = z.strictObject({
  /** Public; it stands in the page's script tag. */
  key: name,
  /** Stored with every conversation; the key when absent. Never change it later. */
  id: name.optional(),
  name: z.string().min(1).max(80),
  /** Web pages that may embed the widget, as exact origins. */
  origins: z.array(origin).default([]),
  locales: z.array(z.string().min(2).max(35)).min(1).default(['en']),
  /** Keys with which the site's own server signs visitors in. */
  jwtKeys: z.array(jwtKey).default([]),
  /** Who gets the floor, in order; `desk` stands for people and is the end of every chain. */
  routing: z.array(name).min(1).default(['desk']),
  uploads: z
    .strictObject({
      maxBytes: z
        .int()
        .min(0)
        .max(100 * MIB)
        .default(10 * MIB),
      types: z.array(mediaType).default(UPLOAD_TYPES),
    })
    .prefault({}),
  /** Shows agents what a visitor is typing before it is sent. */
  typingPreview: z.boolean().default(false),
  /** Asks customers for a rating once their conversation is closed; without it nobody is asked. */
  ratings: ratingSettings.optional(),
  /** When people and bots get the floor, and what customers who wait are told. */
  floor: floorSettings.prefault({}),
})

/** What stands in `tokens` for each. */
export const tokenSettings = z.strictObject({
  name,
  /** sha256 of the token in hex; `hutong token new` makes both. */
  hash: z.string().regex(/^[0-9a-f]{64}$/, { error: 'must be the sha256 of the token, 64 hex digits' }),
  /** Keys of the sites it may see; all when absent. */
  sites: z.array(name).optional(),
  role: z.enum(['backend', 'admin']).default('backend'),
})

const rate = (perMinute: number, burst: number) =>
  z
    .strictObject({ perMinute: z.number().positive().default(perMinute), burst: z.int().positive().default(burst) })
    .prefault({})

const limits = z.strictObject({
  /** Largest body of a request that is not a file. */
  bodyBytes: z
    .int()
    .min(KIB)
    .max(16 * MIB)
    .default(256 * KIB),
  /** Largest body of a file upload; a site's own limit lies below it. */
  uploadBytes: z
    .int()
    .min(KIB)
    .max(100 * MIB)
    .default(26 * MIB),
  /** Per client network, `requests` and `uploads` per token besides; wrong tokens count as requests of their network. */
  requests: rate(3_000, 200),
  signIns: rate(12, 10),
  uploads: rate(60, 20),
})

const perMinute = z.strictObject({ perMinute: z.number().positive(), burst: z.int().positive() }).optional()

const websocket = z.strictObject({
  /** Lets clients whose network blocks WebSocket fall back to HTTP long polling. */
  polling: z.boolean().default(true),
  maxSocketsPerIp: z.int().positive().default(100),
  /** What replaces the web channel's own rates, each a token bucket. */
  limits: z
    .strictObject({
      connects: perMinute,
      messages: perMinute,
      messagesPerIp: perMinute,
      reads: perMinute,
      signals: perMinute,
      uploads: perMinute,
      conversations: perMinute,
    })
    .prefault({}),
})

const drain = z.strictObject({
  /** Clients are told to come back after a random time below this. */
  spreadMs: z.int().min(0).max(10_000).default(3_000),
  /** Longest time from SIGTERM to exit. */
  maxMs: z.int().min(100).max(20_000).default(20_000),
})

export const settings = z.strictObject({
  mode: z.enum(['production', 'development']).default('production'),
  listen: z
    .strictObject({ host: z.string().min(1).default('127.0.0.1'), port: z.int().min(0).max(65_535).default(8787) })
    .prefault({}),
  /** The address under which browsers reach the relay; needed for absolute file links and Secure cookies. */
  publicUrl: z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' }).optional(),
  /** Signs visitor tokens and file links. Changing it signs every visitor out. */
  secret: z
    .string()
    .refine(longEnough, {
      error: `must be at least ${SECRET_MIN_BYTES} bytes long; make one with: openssl rand -base64 48`,
    })
    .optional(),
  /** Folder of the database, the files and, in development, the secret. */
  data: z.string().min(1).default('.data'),
  sites: z.array(site).default([]),
  /** Channels besides the web. */
  channels: z.array(channelSettings).default([]),
  /** Groups of agents that are told of conversations which wait. */
  alerts: z.array(alertSettings).default([]),
  tokens: z.array(tokenSettings).default([]),
  /** Settings of backends by name; each backend reads its own. */
  backends: z.record(name, z.record(z.string(), z.unknown())).default({}),
  limits: limits.prefault({}),
  websocket: websocket.prefault({}),
  /** Addresses or networks (CIDR) of reverse proxies whose X-Forwarded-For is believed. */
  trustProxy: z.array(network).default([]),
  /** When an answer that a customer has not read in the widget goes to another channel. */
  reach: z
    .strictObject({
      /** After the customer has left the widget. */
      afterMs: z.int().min(0).max(86_400_000).default(30_000),
      /** Whose widget is open and who reads nothing for this long counts as gone. */
      unreadMs: z.int().min(0).max(86_400_000).default(600_000),
    })
    .prefault({}),
  /** Agents who sign in at the desk. */
  sessions: z
    .strictObject({
      /** They have to sign in again after this long without use; after fourteen days in any case. */
      idleMs: z
        .int()
        .min(60_000)
        .max(14 * 86_400_000)
        .default(12 * 3_600_000),
    })
    .prefault({}),
  /** Days that untouched inbound payloads are kept. */
  rawDays: z.number().min(0).max(3_650).default(30),
  /** A port of its own for /metrics; without it an admin token is asked for on the main port. */
  metrics: z
    .strictObject({ host: z.string().min(1).default('127.0.0.1'), port: z.int().min(0).max(65_535) })
    .optional(),
  drain: drain.prefault({}),
  log: z.strictObject({ level: z.enum(['silent', 'error', 'warn', 'info', 'debug']).default('info') }).prefault({}),
})

/** What may be written in a file. */
export type ConfigInput = z.input<typeof settings>
/** Settings that passed; `secret` may still have to be made (development only). */
export type Settings = z.output<typeof settings>
/** What a relay runs on. */
export type Config = Settings & { secret: string }
export type SiteConfig = Settings['sites'][number] & { id: string }
export type JwtKey = z.output<typeof jwtKey>

/** The sites with their ids filled in. */
export function sitesOf(config: Settings): SiteConfig[] {
  return config.sites.map((one) => ({ ...one, id: one.id ?? one.key }))
}

/** Everything that is wrong with settings from outside, and the settings when nothing is. */
export function checkSettings(tree: unknown): { settings?: Settings; mistakes: Mistake[] } {
  const result = settings.safeParse(tree, { error: settingWords })
  if (result.success) return { settings: result.data, mistakes: contradictions(result.data) }
  const wrong = mistakesOf(result.error)
  const taken = new Set(wrong.map(({ path }) => path.join('.')))
  const more = contradictions(readable(settings, tree) ?? {}).filter(({ path }) => !taken.has(path.join('.')))
  return { mistakes: [...wrong, ...more] }
}

/** A whole configuration from one object, for programs and tests. Throws `misconfigured` naming every mistake. */
export function parseConfig(input: ConfigInput & { secret: string }): Config
export function parseConfig(input: ConfigInput): Settings
export function parseConfig(input: ConfigInput): Settings {
  const { settings: checked, mistakes } = checkSettings(input)
  if (!checked || mistakes.length > 0) throw misconfigured(mistakes)
  return checked
}

/** One mistake a line, each with the setting that it is about. */
export function misconfigured(mistakes: readonly Mistake[]): HutongError {
  return new HutongError('misconfigured', mistakes.map((one) => `${one.path.join('.')}: ${one.message}`).join('\n'))
}

/** The settings with everything secret replaced, to be shown. */
export function redacted(config: Settings): Settings {
  const hidden = '(hidden)'
  return {
    ...config,
    ...(config.secret === undefined ? {} : { secret: hidden }),
    sites: config.sites.map((one) => ({
      ...one,
      jwtKeys: one.jwtKeys.map((key) => (key.alg === 'HS256' ? { ...key, secret: hidden } : key)),
    })),
    channels: config.channels.map((one) => redactedChannel(one, hidden)),
    alerts: config.alerts.map((one) => ({ ...one, key: hidden })),
    tokens: config.tokens.map((one) => ({ ...one, hash: hidden })),
    backends: Object.fromEntries(Object.keys(config.backends).map((key) => [key, { hidden: true }])),
  }
}

function isOrigin(value: string): boolean {
  return URL.canParse(value) && /^https?:[^*]+$/.test(value) && new URL(value).origin === value
}
