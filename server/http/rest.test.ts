import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createKnowledgeBackend } from '../backends/knowledge/knowledge.ts'
import { textBody } from '../test-relay.ts'
import { type Asking, openStand, type Stand, TOKENS } from '../test-stand.ts'
import type { Operation } from './operation.ts'

let stand: Stand
let conversation: string
let contact: string
let another: string
beforeAll(async () => {
  const faq = createKnowledgeBackend('faq_shop', {})
  stand = await openStand({ backends: [{ name: 'shop', handle: async () => {} }, faq] })
  for (const id of ['pay', 'spare']) faq.base?.articles.put({ id, question: `${id}?`, answer: 'Yes.' }, { by: 'test' })
  faq.base?.articles.setState('pay', 'review', { by: 'test' })
  const body = textBody('hello')
  const letter = { from: { address: 'visitor' }, site: 'shop', key: 'first', body, raw: 'Subject: hello\n\nhello' }
  conversation = (await stand.relay.receive('letters', letter)).conversation
  contact = (await stand.store.conversation(conversation))?.contact ?? ''
  const other = (await stand.write('hello', { address: 'another' })).conversation
  another = (await stand.store.conversation(other))?.contact ?? ''
  await giveUp('one')
  await giveUp('two')
})
afterAll(() => stand.close())

/** A delivery of the first message that no try could make. */
async function giveUp(key: string): Promise<void> {
  const note = {
    from: { kind: 'system' as const, id: 'relay' },
    body: { kind: 'note' as const, text: 'not delivered' },
  }
  const delivery = { lane: 'channel:letters', target: 'channel:letters', entry: { seq: 1 }, address: 'visitor' }
  const decide = () => ({ entries: [note], deliveries: [delivery] })
  await stand.store.commit([{ to: { conversation }, key, at: Date.now(), decide }])
  const [claimed] = await stand.store.claim({ owner: 'test', now: Date.now(), leaseMs: 1_000, limit: 1 })
  await stand.store.settle(claimed?.id ?? 0, 'test', { state: 'dead', error: 'gone: no such address' })
}

/** A request that would succeed with the right credentials. */
function valid({ method, path, id }: Operation): [string, Asking] {
  const bodies: Record<string, unknown> = {
    act: { key: 'k1', actions: [{ kind: 'note', text: 'hi' }] },
    raiseCursor: { delivered: 1, read: 1 },
    updateContact: { name: 'Ms Li' },
    replayDeliveries: { ids: [1] },
    mergeContact: { into: another },
    sendTranscript: { key: 'k2' },
    invite: { channel: 'letters' },
    notifyAgent: { key: 'k3', agent: 'a_anna' },
    putArticle: { question: 'pay?', answer: 'Yes.' },
    setArticleState: { state: 'published' },
    matchQuestion: { question: 'pay?' },
  }
  const filled = path
    .replace('{id}', path.startsWith('/v1/contacts') ? contact : conversation)
    .replace('{seq}', '1')
    .replace('{channel}', 'letters')
    .replace('{name}', 'shop')
    .replace('{mail}', 'm_poison')
    .replace('{backend}', 'faq_shop')
    .replace('{article}', id === 'removeArticle' ? 'spare' : 'pay')
  const asking: Asking = {
    method: method.toUpperCase(),
    ...(id in bodies ? { json: bodies[id] } : {}),
    ...(id === 'uploadFile' ? { body: 'text' } : {}),
    ...(id === 'importArticles' ? { body: 'question,answer\nOpen?,Yes.\n' } : {}),
  }
  if (id === 'importArticles') return [`${filled}?name=faq.csv`, asking]
  return [id === 'uploadFile' ? `${filled}?conversation=${conversation}&name=a.txt` : filled, asking]
}

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
    expect(body.items?.[0]).toMatchObject({ seq: 1, error: null, reported: null })
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
    const { schemas } = body.components as { schemas: object }
    const references = [...JSON.stringify(body).matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference)
    expect(references.length).toBeGreaterThan(20)
    for (const one of references) expect(schemas).toHaveProperty(one?.replace('#/components/schemas/', '') ?? '')
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
