import { createHash, randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { Clock } from '@hutong/core/adapter'
import type { Participant } from '@hutong/core/entry'
import { HutongError } from '@hutong/core/errors'
import { randomText } from '@hutong/core/ids'
import { createAttempts } from './attempts.ts'
import { SESSION_USED } from './stores/small.ts'
import type { PeopleStore, SmallStore } from './stores/store.ts'

export const SESSION_COOKIE = 'hutong_session'

const HOUR = 3_600_000
const ABSOLUTE = 14 * 24 * HOUR
/** How stale the note of a session's last use may be: saves a write per request. */
const TOUCH_EVERY = 10 * 60_000

/** Who asks. Everything a request may see or do follows from this. */
export interface Actor {
  kind: 'agent' | 'token'
  id: string
  name: string
  email?: string
  role: 'agent' | 'backend' | 'admin'
  /** Ids of the sites whose conversations, contacts and files exist for this actor. */
  sites: 'all' | readonly string[]
}

/** What a request or socket shows for itself. */
export interface Credentials {
  authorization?: string | undefined
  cookie?: string | undefined
  /** Asked by a page of itself while perhaps nobody is there: no use of the session. */
  unattended?: boolean
}

export interface TokenConfig {
  name: string
  /** SHA-256 of the token, in hex. */
  hash: string
  /** Keys of the sites it may see; absent means all. */
  sites?: readonly string[] | undefined
  role: 'backend' | 'admin'
}

export interface AuthOptions {
  store: Pick<PeopleStore, 'agents' | 'agentByEmail' | 'createSession' | 'session' | 'deleteSession'> &
    Pick<SmallStore, 'get' | 'set'>
  config: {
    tokens: readonly TokenConfig[]
    sites: readonly { key: string; id?: string | undefined }[]
    publicUrl?: string | undefined
    /** `idleMs`: a session ends after this long without use. */
    sessions: { idleMs: number }
  }
  clock: Clock
}

export interface Auth {
  /** Rejects with `unauthorized`, for unknown addresses after the same time as for wrong passwords, or `throttled`. */
  signIn(attempt: {
    email: string
    password: string
    ip: string
  }): Promise<{ actor: Actor; token: string; ends: number }>
  signOut(cookie: string | undefined): Promise<void>
  /** The owner of these credentials, undefined when they are missing, wrong or expired. A bearer token goes before a cookie. */
  who(credentials: Credentials): Promise<Actor | undefined>
  /** Whether the session of this cookie still holds; asking is no use of it. */
  alive(cookie: string | undefined): Promise<boolean>
  /** Calls back whenever a session ends before its time; `holds` tells whose cookies it was. The returned function stops that. */
  onEnd(listener: (holds: (cookie: string | undefined) => boolean) => void): () => void
  /**
   * Whether a page of this origin may use a session cookie. `host` is the request's Host header; without a public URL the
   * relay knows itself by plain http only.
   */
  trusts(origin: string | undefined, host: string | undefined): boolean
  /** The `Set-Cookie` value that gives the session to a browser, or takes it away without `token`. */
  cookie(session: { token?: string; ends?: number }): string
}

export function createAuth({ store, config, clock }: AuthOptions): Auth {
  const attempts = createAttempts(clock)
  const { idleMs } = config.sessions
  const siteIds = new Map(config.sites.map(({ key, id }) => [key, id ?? key]))
  const tokens = config.tokens.map((token) => ({
    hash: Buffer.from(token.hash, 'hex'),
    actor: tokenActor(token, siteIds),
  }))
  const home = config.publicUrl === undefined ? undefined : new URL(config.publicUrl)
  const listeners = new Set<Parameters<Auth['onEnd']>[0]>()
  let nobody: Promise<string> | undefined

  function bearer(authorization: string | undefined): Actor | undefined {
    const secret = /^Bearer ([\w.~+/=-]{1,256})$/i.exec(authorization ?? '')?.[1]
    if (secret === undefined) return
    const hash = createHash('sha256').update(secret).digest()
    let found: Actor | undefined
    for (const token of tokens)
      if (token.hash.length === hash.length && timingSafeEqual(token.hash, hash)) found = token.actor
    return found
  }

  async function session(cookie: string | undefined) {
    const token = readCookie(cookie)
    if (token === undefined) return
    const hash = sha256(token)
    const row = await store.session(hash, clock.now())
    if (row === undefined) return
    const noted = await store.get(SESSION_USED, hash)
    const used = typeof noted === 'number' ? noted : 0
    if (used < clock.now() - idleMs) {
      await end(hash)
      return
    }
    return { hash, used, agent: row.agent }
  }

  async function sessionActor({ cookie, unattended = false }: Credentials): Promise<Actor | undefined> {
    const found = await session(cookie)
    if (found === undefined) return
    if (!unattended && found.used < clock.now() - TOUCH_EVERY) await store.set(SESSION_USED, found.hash, clock.now())
    const agent = (await store.agents()).find((one) => one.id === found.agent)
    return agent === undefined ? undefined : agentActor(agent)
  }

  async function end(hash: string) {
    await store.deleteSession(hash)
    await store.set(SESSION_USED, hash, undefined)
    for (const listener of listeners) listener((cookie) => sha256(readCookie(cookie) ?? '') === hash)
  }

  return {
    async signIn({ email, password, ip }) {
      attempts.begin(email, ip)
      const agent = await store.agentByEmail(email)
      nobody ??= hashPassword(randomText(16))
      const right = await verifyPassword(password, agent?.password ?? (await nobody))
      if (agent === undefined || !right)
        throw new HutongError('unauthorized', 'the e-mail address or the password is wrong')
      attempts.succeeded(email, ip)
      const token = randomText(32)
      const ends = clock.now() + ABSOLUTE
      await store.createSession({ hash: sha256(token), agent: agent.id, expiresAt: ends })
      await store.set(SESSION_USED, sha256(token), clock.now())
      return { actor: agentActor(agent), token, ends }
    },
    async signOut(cookie) {
      const token = readCookie(cookie)
      if (token !== undefined) await end(sha256(token))
    },
    async who(credentials) {
      const { authorization } = credentials
      return authorization === undefined ? await sessionActor(credentials) : bearer(authorization)
    },
    async alive(cookie) {
      return (await session(cookie)) !== undefined
    },
    onEnd(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    trusts(origin, host) {
      if (origin === undefined || !URL.canParse(origin)) return false
      const own = home?.origin ?? (URL.canParse(`http://${host}`) ? new URL(`http://${host}`).origin : undefined)
      return origin === own
    },
    cookie({ token = '', ends = 0 }) {
      const seconds = Math.max(0, Math.floor((ends - clock.now()) / 1_000))
      const secure = home?.protocol === 'https:' ? '; Secure' : ''
      return `${SESSION_COOKIE}=${token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}${secure}`
    },
  }
}

/** Whether objects of this site exist for the actor. */
export function mayEnter(actor: Actor, site: string): boolean {
  return actor.sites === 'all' || actor.sites.includes(site)
}

/** The actor as the author of entries. */
export function authorOf(actor: Actor): Participant & { kind: 'agent' | 'bot'; name: string } {
  return { kind: actor.kind === 'agent' ? 'agent' : 'bot', id: actor.id, name: actor.name }
}

function agentActor(agent: { id: string; name: string; email: string }): Actor {
  return { kind: 'agent', id: agent.id, name: agent.name, email: agent.email, role: 'agent', sites: 'all' }
}

function tokenActor(token: TokenConfig, siteIds: ReadonlyMap<string, string>): Actor {
  const sites = token.sites === undefined ? 'all' : token.sites.map((site) => siteIds.get(site) ?? site)
  return { kind: 'token', id: token.name, name: token.name, role: token.role, sites }
}

function readCookie(header: string | undefined): string | undefined {
  return /(?:^|;\s*)hutong_session=([\w-]{1,128})(?:;|$)/.exec(header ?? '')?.[1]
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt)
const COST: ScryptOptions = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1024 * 1024 }

/** As `<salt>:<hash>` in base64url, by scrypt. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const hash = await derive(password.normalize('NFKC'), salt, 32, COST)
  return `${salt.toString('base64url')}:${hash.toString('base64url')}`
}

async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const [salt = '', hash = ''] = stored.split(':')
  const expected = Buffer.from(hash, 'base64url')
  const actual = await derive(password.normalize('NFKC'), Buffer.from(salt, 'base64url'), 32, COST)
  return expected.length === actual.length && timingSafeEqual(expected, actual)
}
