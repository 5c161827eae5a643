import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SESSION_USED } from '../stores/small.ts'
import { openStand, PASSWORD, type Stand, sha256, TOKENS } from '../test-stand.ts'

let stand: Stand
beforeAll(async () => {
  stand = await openStand()
})
afterAll(() => stand.close())

const anna = { email: 'anna@shop.example', password: PASSWORD }
const signIn = (json: unknown, origin?: string) =>
  stand.ask('/v1/session', { method: 'POST', json, headers: origin === undefined ? {} : { origin } })

describe('a session over REST', () => {
  it('lets the agent work with the cookie until she signs out', async () => {
    const cookie = await stand.signIn()
    const headers = { cookie, origin: stand.url }
    expect((await stand.ask('/v1/me', { headers })).body).toMatchObject({ kind: 'agent', name: 'Anna', sites: 'all' })
    const out = await stand.ask('/v1/session', { method: 'DELETE', headers })
    expect(out.status).toBe(204)
    expect(out.headers.getSetCookie()[0]).toContain('Max-Age=0')
    expect((await stand.ask('/v1/me', { headers })).status).toBe(401)
  })

  it('can be asked about before and after it: nobody is an answer, not a refusal', async () => {
    expect(await stand.ask('/v1/session')).toMatchObject({ status: 200, body: { agent: null } })
    const headers = { cookie: await stand.signIn() }
    expect((await stand.ask('/v1/session', { headers })).body).toMatchObject({ agent: { kind: 'agent', name: 'Anna' } })
    const stale = { cookie: 'hutong_session=long-gone' }
    expect(await stand.ask('/v1/session', { headers: stale })).toMatchObject({ status: 200, body: { agent: null } })
  })

  it('is prolonged by what the agent asks, not by what the open desk asks of itself', async () => {
    const cookie = await stand.signIn()
    const hash = sha256(cookie.slice(cookie.indexOf('=') + 1))
    const anHourAgo = Date.now() - 3_600_000
    await stand.store.set(SESSION_USED, hash, anHourAgo)
    expect((await stand.ask('/v1/aside', { headers: { cookie, 'x-hutong-unattended': '1' } })).status).toBe(200)
    expect(await stand.store.get(SESSION_USED, hash)).toBe(anHourAgo)
    expect((await stand.ask('/v1/aside', { headers: { cookie } })).status).toBe(200)
    expect(await stand.store.get(SESSION_USED, hash)).toBeGreaterThan(anHourAgo)
  })

  it('is given to no page of another origin', async () => {
    const { status, headers } = await signIn(anna, 'https://evil.example')
    expect([status, headers.getSetCookie()]).toEqual([403, []])
  })

  it('changes nothing for a page of another origin, or for a request that does not say where it comes from', async () => {
    const cookie = await stand.signIn()
    const { conversation } = await stand.write('hello')
    const json = { key: 'forged', actions: [{ kind: 'close' }] }
    for (const headers of [{ cookie }, { cookie, origin: 'https://evil.example' }, { cookie, origin: 'null' }]) {
      const { status } = await stand.ask(`/v1/conversations/${conversation}/actions`, { method: 'POST', json, headers })
      expect(status).toBe(403)
    }
    expect(await stand.store.conversation(conversation)).toMatchObject({ status: 'open' })
  })

  it('is refused for a wrong password without saying what was wrong', async () => {
    const { status, body } = await signIn({ ...anna, password: 'guess' })
    expect([status, body.error?.message]).toEqual([401, 'the e-mail address or the password is wrong'])
  })

  it('shows who of the agents is online', async () => {
    const headers = { cookie: await stand.signIn() }
    expect((await stand.ask('/v1/agents', { headers })).body.items).toMatchObject([{ name: 'Anna', online: false }])
    const leave = stand.presence.enter('a_anna')
    expect((await stand.ask('/v1/agents', { headers })).body.items).toMatchObject([{ name: 'Anna', online: true }])
    leave()
  })

  it('alone shows the agents’ addresses: tokens are told names and ids', async () => {
    const { body } = await stand.ask('/v1/agents', { token: TOKENS.shop })
    expect(body.items?.map(Object.keys)).toEqual([['kind', 'id', 'name', 'online']])
    const headers = { cookie: await stand.signIn() }
    expect((await stand.ask('/v1/agents', { headers })).body.items).toMatchObject([{ email: 'anna@shop.example' }])
  })

  it('is never cached on the way', async () => {
    const { headers } = await stand.ask('/v1/me', { headers: { cookie: await stand.signIn() } })
    expect(headers.get('cache-control')).toBe('no-store')
  })
})
