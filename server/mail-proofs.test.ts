import { createEmailAdapter } from '@hutong/adapter-email'
import type { ActionInput, Backend } from '@hutong/core/backend'
import { type Entry, isOutsider, type Participant } from '@hutong/core/entry'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { letter, openPostOffice, type PostOffice, type Read } from '../adapters/email/test-post-office.ts'
import { openTestRelay, type TestRelay, textBody, webChannel } from './test-relay.ts'

/** Who proves what by mail, through the whole relay. */
let office: PostOffice
let house: TestRelay
let support: string
let zoe: string
let anna: string
let asked: number

const ANNA: Participant = { kind: 'agent', id: 'a_anna', name: 'Anna' }

beforeAll(async () => {
  office = await openPostOffice()
})
afterAll(() => office.close())
afterEach(() => house.close())
beforeEach(() => {
  asked = 0
  ;[support, zoe, anna] = [office.fresh('support'), office.fresh('zoe'), office.fresh('anna')]
})

async function open(authservIds: readonly string[]) {
  const agent = async (id: string) => (id === ANNA.id ? { address: anna, name: 'Anna' } : undefined)
  const mail = createEmailAdapter({ ...office.options(support), site: 'shop', authservIds, agent })
  const robot: Backend = {
    name: 'robot',
    async handle() {
      asked += 1
      return [{ kind: 'handoff', to: { kind: 'next' } }] satisfies ActionInput[]
    },
  }
  house = await openTestRelay({
    adapters: [webChannel, mail],
    backends: [robot],
    routing: ['robot', 'desk'],
    reach: { afterMs: 0, unreadMs: 5_000 },
    leaveAddress: { channels: new Map([['shop', 'mail']]), staffed: () => false, onChange: () => () => {} },
  })
  await house.store.createAgent({ id: ANNA.id, name: 'Anna', email: anna, password: 'x', createdAt: 1 })
  return mail
}

interface Mail {
  from: string
  text: string
  /** The mail it answers. */
  to?: Read
  verdict?: 'pass' | 'fail'
}

async function writes({ from, text, to, verdict }: Mail) {
  const headers = {
    ...(to && { 'In-Reply-To': to.headers.get('message-id') ?? '' }),
    ...(verdict && { 'Authentication-Results': `mx.shop.test; dmarc=${verdict} header.from=stand.test` }),
  }
  const id = text.replaceAll(/\W/g, '')
  await office.dovecot.deliver(support, letter({ from, to: support, id, subject: 'Tea', text, headers }))
}

async function received(address: string, count = 1): Promise<Read> {
  await expect.poll(async () => (await office.inbox(address)).length, { timeout: 5_000 }).toBe(count)
  const [found] = (await office.inbox(address)).slice(count - 1)
  if (!found) throw new Error('there is no mail')
  return found
}

async function replies(conversation: string, text: string) {
  const actions: ActionInput[] = [{ kind: 'reply', parts: [{ kind: 'text', text }] }]
  await house.relay.act(ANNA, conversation, { key: `says-${text.replaceAll(/\W/g, '')}`, actions })
}

async function begun(): Promise<string> {
  await writes({ from: zoe, text: 'hello', verdict: 'pass' })
  const find = async () => (await house.store.find('shop', 'mail', zoe))?.id
  await expect.poll(find, { timeout: 5_000 }).toBeDefined()
  return (await find()) ?? ''
}

const outsiders = (entries: readonly Entry[]) => entries.filter(({ from }) => isOutsider(from)).map(({ from }) => from)

it('an address is proven by mailing its code back, although no server vouches for senders', async () => {
  await open([])
  const from = { address: 'visitor', verified: 'token' as const }
  const arrives = (key: string, body: Parameters<typeof house.relay.receive>[1]['body']) =>
    house.relay.receive('web', { from, site: 'shop', key, body })
  const { conversation } = await arrives('asks-1', textBody('is it in stock?'))
  const isForm = ({ body }: Entry) => body.kind === 'message' && body.parts.some(({ kind }) => kind === 'form')
  const entries = await house.until(conversation, (all) => all.some(isForm))
  await arrives('asks-2', { kind: 'answer', of: entries.find(isForm)?.seq ?? 0, values: { email: zoe } })
  const mail = await received(zoe)
  await writes({ from: zoe, to: mail, text: /\d{6}/.exec(mail.text)?.[0] ?? '' })
  const contact = (await house.store.conversation(conversation))?.contact ?? ''
  const proven = async () => (await house.store.contact(contact))?.identities.map((one) => one.verified)
  await expect.poll(proven, { timeout: 5_000 }).toEqual(['token', 'code'])
  await replies(conversation, 'It is.')
  expect((await received(zoe, 2)).text).toContain('It is.')
})

describe('in the conversation of a customer', () => {
  it('her other address is named to agents, and becomes no way to her by DMARC and a forwarded mail alone', async () => {
    await open(['mx.shop.test'])
    const conversation = await begun()
    await replies(conversation, 'Good morning.')
    const work = office.fresh('work')
    await writes({ from: work, to: await received(zoe), text: 'from work', verdict: 'pass' })
    const entries = await house.until(conversation, (all) => outsiders(all).length > 0)
    expect(outsiders(entries)).toEqual([{ kind: 'contact', id: `outsider:${work}`, name: work }])
    await replies(conversation, 'Your address is known.')
    await received(zoe, 2)
    expect(await office.inbox(work)).toEqual([])
  })

  it('an answer of an agent that nobody vouches for is shown to colleagues, and to no customer or robot', async () => {
    const mail = await open(['mx.shop.test'])
    const conversation = await begun()
    await expect.poll(() => asked).toBe(1)
    await mail.notify({ id: ANNA.id, address: anna }, conversation, 'notice-1')
    await writes({ from: anna, to: await received(anna), text: 'three days' })
    const entries = await house.until(conversation, (all) => outsiders(all).length > 0)
    expect(outsiders(entries)).toMatchObject([{ name: anna, unproven: true }])
    expect((await house.store.conversation(conversation))?.waitingSince).not.toBeNull()
    expect(await house.store.find('shop', 'mail', anna)).toBeUndefined()
    expect([asked, await office.inbox(zoe)]).toEqual([1, []])
  })
})
