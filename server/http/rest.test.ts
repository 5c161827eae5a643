import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Asking, type Stand, TOKENS } from '../test-stand.ts'
import type { Operation } from './operation.ts'
import { openReadyStand, type ReadyStand } from './test-valid-requests.ts'

let house: ReadyStand
let stand: Stand
let conversation: string
let contact: string
const valid = (one: Operation) => house.valid(one)
beforeAll(async () => {
  house = await openReadyStand()
  ;({ stand, conversation, contact } = house)
})
afterAll(() => stand.close())

const byAccess = (access: Operation['access'][]) => stand.operations.filter((one) => access.includes(one.access))

describe('the REST interface', () => {
  it('lets nobody in without credentials, on no route that is not public', async () => {
    const guarded = byAccess(['actor', 'admin'])
    expect(guarded.length).toBeGreaterThan(12)
    for (const one of guarded) {
      const [path, asking] = valid(one)
      const { status, body } = await stand.ask(path, asking)
      expect([one.id, status, body.error?.code]).toEqual([one.id, 401, 'unauthorized'])
    }
  })

  it('lets nobody in with a wrong token', async () => {
    for (const one of byAccess(['actor', 'admin'])) {
      const [path, asking] = valid(one)
      const { status } = await stand.ask(path, { ...asking, token: `${TOKENS.shop}x` })
      expect([one.id, status]).toEqual([one.id, 401])
    }
  })

  it("shows another site's token nothing of a site: its objects are not found and its lists are empty", async () => {
    for (const one of byAccess(['actor'])) {
      if (['getMe', 'signOut', 'listAgents', 'listSites'].includes(one.id)) continue
      const [path, asking] = valid(one)
      const { status, body } = await stand.ask(path, { ...asking, token: TOKENS.other })
      const foreign = status === 200 ? body.items : status
      expect([one.id, foreign]).toEqual([one.id, path.includes('_') ? 404 : []])
    }
  })

  it('lets only the administrator see and repeat deliveries', async () => {
    for (const one of byAccess(['admin'])) {
      const [path, asking] = valid(one)
      expect((await stand.ask(path, { ...asking, token: TOKENS.shop })).status).toBe(403)
      expect((await stand.ask(path, { ...asking, token: TOKENS.boss })).status).toBe(200)
    }
  })

  it('answers everything it offers to the right token', async () => {
    const anna = { cookie: await stand.signIn(), origin: stand.url }
    for (const one of byAccess(['actor'])) {
      const [path, asking] = valid(one)
      // Only who has the floor invites, and agents.
      const who = one.id === 'invite' ? { headers: anna } : { token: TOKENS.shop }
      const { status, body } = await stand.ask(path, { ...asking, ...who })
      expect([one.id, status, body.error]).toEqual([one.id, one.answer === undefined ? 204 : 200, undefined])
    }
  })

  it('sends again only what was given up, and forgets why it was', async () => {
    const ask = (path: string, method = 'GET') => stand.ask(path, { method, token: TOKENS.shop })
    await ask(`/v1/conversations/${conversation}/entries/1/resend`, 'POST')
    const { body } = await ask(`/v1/conversations/${conversation}/deliveries`)
    expect(body.items?.[0]).toMatchObject({ seq: 1, reported: null })
    expect(body.items?.[0]?.error).not.toBe('gone: no such address')
    expect((await ask(`/v1/conversations/${conversation}/entries/1/resend`, 'POST')).status).toBe(409)
    expect((await ask(`/v1/conversations/${conversation}/entries/2/resend`, 'POST')).status).toBe(404)
  })

  it('describes every route in a valid OpenAPI 3.1 document', async () => {
    const { body } = await stand.ask('/v1/openapi.json')
    const result = await new Validator().validate(body)
    expect(result).toEqual({ valid: true })
    expect(body.openapi).toBe('3.1.0')
    const described = Object.entries(body.paths as Record<string, Record<string, { summary: string }>>)
    const names = described.flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`))
    expect(names.sort()).toEqual(stand.operations.map(({ method, path }) => `${method} ${path}`).sort())
    for (const [, methods] of described)
      for (const { summary } of Object.values(methods)) expect(summary.length).toBeGreaterThan(10)
  })

  it('refers to nothing in the document that is not there', async () => {
    const { body } = await stand.ask('/v1/openapi.json')
    const references = [...JSON.stringify(body).matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference)
    expect(references.length).toBeGreaterThan(20)
    for (const one of references) expect(body).toHaveProperty(one?.replace('#/', '').split('/') ?? [])
  })

  it('names the field that is wrong and how to put it right', async () => {
    const wrong: [string, Asking, string][] = [
      [`/v1/conversations?limit=0`, {}, 'limit'],
      [`/v1/conversations?cursor=made-up`, {}, 'cursor'],
      [`/v1/conversations/${conversation}/entries?after=1&before=3`, {}, 'before'],
      [`/v1/conversations/${conversation}/actions`, { method: 'POST', json: { key: 'k', actions: [] } }, 'actions'],
      [`/v1/contacts/${contact}`, { method: 'PATCH', json: { name: 7 } }, 'name'],
    ]
    for (const [path, asking, field] of wrong) {
      const { status, body } = await stand.ask(path, { ...asking, token: TOKENS.shop })
      expect([path, status, body.error?.code, body.error?.field]).toEqual([path, 400, 'invalid', field])
    }
  })

  it('takes a body that is not JSON for a mistake of the sender', async () => {
    const asking = { method: 'POST', token: TOKENS.shop, body: '{"key":' }
    const { status, body } = await stand.ask(`/v1/conversations/${conversation}/cursor`, asking)
    expect([status, body.error?.code]).toEqual([400, 'invalid'])
  })
})
