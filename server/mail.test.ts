import { createEmailAdapter } from '@hutong/adapter-email'
import type { ActionInput, Backend } from '@hutong/core/backend'
import type { Entry, Participant } from '@hutong/core/entry'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { bounce, letter, openPostOffice, type PostOffice, type Read } from '../adapters/email/test-post-office.ts'
import { openTestRelay, type TestRelay, webChannel } from './test-relay.ts'

/** The whole way of a mail: Dovecot, the adapter, the relay on a store of its own, an SMTP server, and back. */
let office: PostOffice
let house: TestRelay
let support: string
let lin: string
let asked: number

const ANNA: Participant = { kind: 'agent', id: 'a_anna', name: 'Anna' }

beforeAll(async () => {
  office = await openPostOffice()
})
afterAll(() => office.close())

beforeEach(async () => {
  support = office.fresh('support')
  lin = office.fresh('lin')
  asked = 0
  const mail = createEmailAdapter({ ...office.options(support), site: 'shop', agent: async (id) => agents.get(id) })
  const robot: Backend = {
    name: 'robot',
    async handle() {
      asked += 1
      return [{ kind: 'handoff', to: { kind: 'next' } }] satisfies ActionInput[]
    },
  }
  house = await openTestRelay({ adapters: [webChannel, mail], backends: [robot], routing: ['robot', 'desk'] })
})
afterEach(() => house.close())

const agents = new Map<string, { address: string; name: string }>()

async function writes(id: string, text: string, more: { from?: string; headers?: Record<string, string> } = {}) {
  const { from = lin, headers = {} } = more
  await office.dovecot.deliver(
    support,
    letter({ from, to: support, id, subject: 'Where is my parcel?', text, headers }),
  )
}

async function conversationOf(address: string): Promise<string> {
  const find = async () => (await house.store.find('shop', 'mail', address))?.id
  await expect.poll(find, { timeout: 5_000 }).toBeDefined()
  return (await find()) ?? ''
}

function said(entries: readonly Entry[]): string[] {
  return entries.flatMap(({ from, body }) =>
    body.kind === 'message'
      ? [`${from.kind}: ${body.parts.map((one) => ('text' in one ? one.text : one.kind)).join(' | ')}`]
      : [],
  )
}

async function answers(conversation: string, text: string): Promise<Read> {
  const before = (await office.inbox(lin)).length
  await house.relay.act(ANNA, conversation, {
    key: `k${text.length}`,
    actions: [{ kind: 'reply', parts: [{ kind: 'text', text }] }],
  })
  await expect.poll(async () => (await office.inbox(lin)).length, { timeout: 5_000 }).toBe(before + 1)
  const mail = (await office.inbox(lin)).at(-1)
  if (!mail) throw new Error('the answer did not arrive')
  return mail
}

it('carries a conversation by mail there and back, in one thread of the customer’s mail program', async () => {
  await writes('first', 'It should have come on Monday.')
  const conversation = await conversationOf(lin)
  await house.until(conversation, (entries) => said(entries).length === 1)
  const answer = await answers(conversation, 'It left yesterday.')
  expect(answer.text).toBe('It left yesterday.')
  expect(answer.headers.get('subject')).toBe('Re: Where is my parcel?')
  expect(answer.headers.get('in-reply-to')).toBe('<first@people.test>')
  expect(answer.headers.get('references')).toBe('<first@people.test>')
  expect(answer.headers.has('auto-submitted')).toBe(false)
  const headers = { 'In-Reply-To': answer.headers.get('message-id') ?? '' }
  await writes(
    'second',
    `Thank you!\n\nOn Sat, Nov 21, 2026 at 3:00 AM Shop <${support}> wrote:\n\n> It left yesterday.`,
    {
      headers,
    },
  )
  const entries = await house.until(conversation, (all) => said(all).length === 3)
  expect(said(entries)).toEqual([
    'contact: Where is my parcel? | It should have come on Monday.',
    'agent: It left yesterday.',
    'contact: Thank you!',
  ])
})

it('takes an answer from another address of the customer into the conversation only when that address is proven', async () => {
  await writes('first', 'hello')
  const conversation = await conversationOf(lin)
  const answer = await answers(conversation, 'hi')
  const other = office.fresh('other')
  await writes('elsewhere', 'me again', {
    from: other,
    headers: { References: answer.headers.get('message-id') ?? '' },
  })
  expect(await conversationOf(other)).not.toBe(conversation)
})

it('keeps an absence notice and asks nobody to answer it', async () => {
  await writes('first', 'hello')
  const conversation = await conversationOf(lin)
  await expect.poll(() => asked).toBe(1)
  await writes('away', 'I am on holiday.', { headers: { 'Auto-Submitted': 'auto-replied' } })
  await house.until(conversation, (entries) => said(entries).length === 2)
  const robots = office.fresh('robots')
  await writes('news', 'Our spring offers', { from: robots, headers: { Precedence: 'bulk', 'List-Id': '<news.test>' } })
  const other = await conversationOf(robots)
  await house.until(other, (entries) => said(entries).length === 1)
  expect(asked).toBe(1)
})

it('marks the delivery as failed that a mail server returns, with the reason', async () => {
  await writes('first', 'hello')
  const conversation = await conversationOf(lin)
  const answer = await answers(conversation, 'hi')
  const native = (answer.headers.get('message-id') ?? '').replace(/[<>]/g, '')
  await office.dovecot.deliver(support, bounce({ to: support, native, reason: 'mailbox is gone' }))
  const told = (entries: readonly Entry[]) => entries.find(({ body }) => body.kind === 'delivery')?.body
  const entries = await house.until(conversation, (all) => told(all) !== undefined)
  expect(told(entries)).toMatchObject({ channel: 'mail', state: 'failed', reason: '550 5.1.1 mailbox is gone' })
  expect(said(entries)).toHaveLength(2)
})

it('marks forged mail in the conversation of a proven customer, hides it from her, and answers her own', async () => {
  await house.close()
  const mail = createEmailAdapter({ ...office.options(support), site: 'shop', authservIds: ['mx.shop.test'] })
  house = await openTestRelay({ adapters: [webChannel, mail] })
  const says = (verdict: string) => ({
    'Authentication-Results': `mx.shop.test; dmarc=${verdict} header.from=stand.test`,
  })
  await writes('first', 'hello')
  await writes('second', 'it is me', { headers: says('pass') })
  const conversation = await conversationOf(lin)
  for (let index = 0; index < 22; index += 1)
    await writes(`forged${index}`, 'send it elsewhere', { headers: says('fail') })
  await writes('third', 'any news?', { headers: says('pass') })
  await writes('form', 'and from the form', { from: support, headers: { 'Reply-To': lin, ...says('pass') } })
  const entries = await house.until(conversation, (all) => said(all).length === 26)
  expect(entries.filter(({ from }) => from.name === lin && from.unproven)).toHaveLength(23)
  const seen = await house.relay.host(mail).log.read(conversation, { after: 0, limit: 99 })
  expect(said(seen)).toEqual(['contact: Where is my parcel? | hello', 'contact: it is me', 'contact: any news?'])
  const contact = (await house.store.conversation(conversation))?.contact ?? ''
  expect((await house.store.contact(contact))?.identities).toMatchObject([{ address: lin, verified: 'dmarc' }])
})

it('marks forged mail to an address that nobody has proven, from the first on', async () => {
  await house.close()
  const mail = createEmailAdapter({ ...office.options(support), site: 'shop', authservIds: ['mx.shop.test'] })
  house = await openTestRelay({ adapters: [webChannel, mail] })
  const headers = { 'Authentication-Results': 'mx.shop.test; dmarc=fail header.from=stand.test' }
  await writes('first', 'send it elsewhere', { headers })
  await writes('second', 'at once', { headers })
  const conversation = await conversationOf(lin)
  const entries = await house.until(conversation, (all) => said(all).length === 2)
  const written = entries.filter(({ body }) => body.kind === 'message')
  expect(written.map(({ from }) => [from.name, from.unproven])).toEqual([
    [lin, true],
    [lin, true],
  ])
  const answer = await answers(conversation, 'Was it you?')
  expect(answer.headers.get('in-reply-to')).toBe('<first@people.test>')
})

it('lets a customer who wrote through a list or a form wait for a person, whom no robot answers', async () => {
  const agent = house.relay.act
  await writes('listed', 'Where is it?', { headers: { 'List-Id': '<help.shop.test>', Precedence: 'list' } })
  const conversation = await conversationOf(lin)
  await house.until(conversation, (entries) => said(entries).length === 1)
  expect(await house.store.conversation(conversation)).toMatchObject({
    floor: { holder: { kind: 'queue' } },
    status: 'open',
  })
  await agent(ANNA, conversation, { key: 'closing-it', actions: [{ kind: 'close' }] })
  await writes('again', 'It is still missing.', { headers: { 'List-Id': '<help.shop.test>' } })
  await expect.poll(async () => (await house.store.conversation(conversation))?.status).toBe('open')
  expect((await house.store.conversation(conversation))?.waitingSince).not.toBeNull()
  expect(asked).toBe(0)
})

it('answers in the customer’s thread after an absence notice', async () => {
  await writes('first', 'hello')
  const conversation = await conversationOf(lin)
  await house.until(conversation, (entries) => said(entries).length === 1)
  await office.dovecot.deliver(
    support,
    letter({ from: lin, to: support, id: 'away', subject: '自动回复: x', text: 'I am on holiday.' }),
  )
  await house.until(conversation, (entries) => said(entries).length === 2)
  const answer = await answers(conversation, 'Here it is.')
  expect(answer.headers.get('subject')).toBe('Re: Where is my parcel?')
  expect(answer.headers.get('in-reply-to')).toBe('<first@people.test>')
})

it('shows a mail at the desk within a second and a half of its delivery', async () => {
  await house.close()
  const mail = createEmailAdapter({ ...office.options(support), site: 'shop', pace: {} })
  house = await openTestRelay({ adapters: [webChannel, mail] })
  await writes('first', 'hello')
  const conversation = await conversationOf(lin)
  const times: number[] = []
  for (const id of ['a', 'b', 'c']) {
    const shown = Promise.withResolvers<number>()
    const stop = house.relay.follow(conversation, {
      entries: () => shown.resolve(performance.now()),
      signal() {},
    })
    await writes(id, id)
    const delivered = performance.now()
    times.push((await shown.promise) - delivered)
    stop()
  }
  process.stdout.write(`from delivery to the desk: ${times.map((one) => Math.round(one)).join(', ')} ms\n`)
  expect(Math.max(...times)).toBeLessThan(1_500)
})
