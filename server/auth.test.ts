import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Auth, createAuth, hashPassword } from './auth.ts'
import { createSqliteStore } from './stores/sqlite.ts'
import type { Store } from './stores/store.ts'
import { PASSWORD, sha256 } from './test-stand.ts'

const HOUR = 3_600_000
const anna = { id: 'a_anna', name: 'Anna', email: 'anna@shop.example' }
const wrong = { email: anna.email, password: 'wrong', ip: '192.0.2.1' }
const right = { ...wrong, password: PASSWORD }

let folder: string
let store: Store
let at = Date.now()
const clock = { now: () => at }
let auth: Auth
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hutong-auth-'))
  store = createSqliteStore({ path: join(folder, 'hutong.sqlite') })
  await store.migrate()
  await store.createAgent({ ...anna, password: await hashPassword(PASSWORD), createdAt: at })
})
afterAll(async () => {
  await store.close()
  await rm(folder, { recursive: true })
})
beforeEach(() => {
  auth = open()
})

function open(publicUrl?: string, sessions = { idleMs: 12 * HOUR }): Auth {
  const tokens = [
    { name: 'bot', hash: sha256('bot-token'), sites: ['shop'], role: 'backend' as const },
    { name: 'boss', hash: sha256('boss-token'), role: 'admin' as const },
  ]
  return createAuth({ store, clock, config: { tokens, sites: [{ key: 'shop', id: 's1' }], publicUrl, sessions } })
}

const cookieOf = (token: string) => `theme=dark; hutong_session=${token}; other=1`

describe('signing in', () => {
  it('gives a session that says who the agent is', async () => {
    const { token, actor } = await auth.signIn(right)
    expect(actor).toMatchObject({ ...anna, kind: 'agent', role: 'agent', sites: 'all' })
    expect(await auth.who({ cookie: cookieOf(token) })).toEqual(actor)
  })

  it('refuses wrong passwords and unknown addresses with the same words', async () => {
    const refused = { code: 'unauthorized', message: 'the e-mail address or the password is wrong' }
    await expect(auth.signIn(wrong)).rejects.toMatchObject(refused)
    await expect(auth.signIn({ ...wrong, email: 'nobody@shop.example' })).rejects.toMatchObject(refused)
  })

  it('takes as long for unknown addresses as for known ones', async () => {
    const time = async (email: string) => {
      const start = performance.now()
      await expect(auth.signIn({ ...wrong, email })).rejects.toThrow()
      return performance.now() - start
    }
    await time('first@shop.example')
    const [known, unknown] = [await time(anna.email), await time('nobody@shop.example')]
    expect(unknown).toBeGreaterThan(known / 10)
  })

  it('makes those who guess wait, even when many guesses come at once', async () => {
    const guesses = await Promise.allSettled(Array.from({ length: 8 }, () => auth.signIn(wrong)))
    const codes = guesses.map((one) => one.status === 'rejected' && one.reason.code)
    expect(codes.filter((code) => code === 'unauthorized')).toHaveLength(5)
    await expect(auth.signIn(right)).rejects.toMatchObject({ code: 'throttled', retryAfter: 15 * 60_000 })
  })

  it('lets the agent in from elsewhere while somebody guesses, and again after the wait', async () => {
    await Promise.allSettled(Array.from({ length: 5 }, () => auth.signIn(wrong)))
    await expect(auth.signIn({ ...right, ip: '192.0.2.2' })).resolves.toBeDefined()
    at += 15 * 60_000
    await expect(auth.signIn(right)).resolves.toBeDefined()
  })

  it('makes one place wait that tries many addresses', async () => {
    const tries = Array.from({ length: 30 }, (_, n) => auth.signIn({ ...wrong, email: `n${n}@shop.example` }))
    await Promise.allSettled(tries)
    await expect(auth.signIn(right)).rejects.toMatchObject({ code: 'throttled' })
  }, 30_000)
})

describe('a session', () => {
  it('ends after twelve hours without use, and use prolongs it', async () => {
    const { token } = await auth.signIn(right)
    at += 11 * HOUR
    expect(await auth.who({ cookie: cookieOf(token) })).toBeDefined()
    at += 11 * HOUR
    expect(await auth.who({ cookie: cookieOf(token) })).toBeDefined()
    at += 13 * HOUR
    expect(await auth.who({ cookie: cookieOf(token) })).toBeUndefined()
  })

  it('is not prolonged by asking whether it still holds', async () => {
    const { token } = await auth.signIn(right)
    at += 11 * HOUR
    expect(await auth.alive(cookieOf(token))).toBe(true)
    at += 2 * HOUR
    expect(await auth.alive(cookieOf(token))).toBe(false)
  })

  it('is not prolonged by a page that asks of itself while nobody may be there', async () => {
    const { token } = await auth.signIn(right)
    at += 11 * HOUR
    expect(await auth.who({ cookie: cookieOf(token), unattended: true })).toBeDefined()
    at += 2 * HOUR
    expect(await auth.who({ cookie: cookieOf(token) })).toBeUndefined()
  })

  it('lasts as long without use as the settings say', async () => {
    auth = open(undefined, { idleMs: 72 * HOUR })
    const { token } = await auth.signIn(right)
    at += 71 * HOUR
    expect(await auth.who({ cookie: cookieOf(token) })).toBeDefined()
    at += 73 * HOUR
    expect(await auth.who({ cookie: cookieOf(token) })).toBeUndefined()
  })

  it('ends after fourteen days however much it is used', async () => {
    const { token } = await auth.signIn(right)
    for (let hours = 0; hours < 14 * 24 - 6; hours += 6) {
      at += 6 * HOUR
      expect(await auth.who({ cookie: cookieOf(token) })).toBeDefined()
    }
    at += 6 * HOUR
    expect(await auth.who({ cookie: cookieOf(token) })).toBeUndefined()
  })

  it('ends when the agent signs out', async () => {
    const { token } = await auth.signIn(right)
    await auth.signOut(cookieOf(token))
    expect(await auth.who({ cookie: cookieOf(token) })).toBeUndefined()
  })

  it('is kept in the store as a hash only', async () => {
    const { token } = await auth.signIn(right)
    expect(await store.session(token, at)).toBeUndefined()
    expect(await store.session(sha256(token), at)).toMatchObject({ agent: anna.id })
  })

  it('lives in a cookie that scripts and other sites cannot use, and that https keeps to itself', () => {
    const cookie = auth.cookie({ token: 'abc', ends: at + 5_000 })
    expect(cookie).toBe('hutong_session=abc; Path=/; HttpOnly; SameSite=Strict; Max-Age=5')
    expect(open('https://chat.example').cookie({ token: 'abc', ends: at })).toMatch(/; Secure$/)
    expect(auth.cookie({})).toContain('Max-Age=0')
  })
})

describe('a bearer token', () => {
  it('acts as its configuration says, with the ids of its sites', async () => {
    const bot = await auth.who({ authorization: 'Bearer bot-token' })
    expect(bot).toEqual({ kind: 'token', id: 'bot', name: 'bot', role: 'backend', sites: ['s1'] })
    expect(await auth.who({ authorization: 'bearer boss-token' })).toMatchObject({ role: 'admin', sites: 'all' })
  })

  it('is nobody when it is wrong, even beside a good cookie', async () => {
    const { token } = await auth.signIn(right)
    expect(await auth.who({ authorization: 'Bearer nonsense', cookie: cookieOf(token) })).toBeUndefined()
    expect(await auth.who({ authorization: `Bearer ${sha256('bot-token')}` })).toBeUndefined()
    expect(await auth.who({ authorization: 'Basic Ym90LXRva2Vu' })).toBeUndefined()
  })
})

describe('the origin of a page', () => {
  it('is trusted only when it is the public address, where one is configured', () => {
    const strict = open('https://chat.example')
    expect(strict.trusts('https://chat.example', 'anything')).toBe(true)
    expect(strict.trusts('http://chat.example', 'chat.example')).toBe(false)
    expect(strict.trusts('https://chat.example.evil.example', 'chat.example')).toBe(false)
    expect(strict.trusts(undefined, 'chat.example')).toBe(false)
  })

  it('is trusted otherwise when it is the host that was asked', () => {
    expect(auth.trusts('http://127.0.0.1:8787', '127.0.0.1:8787')).toBe(true)
    expect(auth.trusts('http://127.0.0.1:8788', '127.0.0.1:8787')).toBe(false)
    expect(auth.trusts('https://127.0.0.1:8787', '127.0.0.1:8787')).toBe(false)
    expect(auth.trusts('http://chat.example', 'chat.example:80')).toBe(true)
    for (const host of ['null', '', undefined]) expect(auth.trusts('null', host)).toBe(false)
  })
})
