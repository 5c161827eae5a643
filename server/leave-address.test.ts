import type { Backend } from '@hutong/core/backend'
import type { Entry, Participant } from '@hutong/core/entry'
import { createMemoryAdapter, createMemoryPlatform, type MemoryPlatform } from '@hutong/core/memory'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openTestRelay, type TestRelay, textBody, webChannel } from './test-relay.ts'

const anna: Participant = { kind: 'agent', id: 'a_anna', name: 'Anna' }
const ADA = 'ada@example.org'

let mail: MemoryPlatform
let house: TestRelay
let here = false
const leaving = (listener: () => void) => {
  left = listener
  return () => undefined
}
let left = () => {}
let keys = 0
let conversation = ''

beforeEach(async () => {
  mail = createMemoryPlatform()
  here = false
  house = await openTestRelay({
    adapters: [webChannel, createMemoryAdapter({ platform: mail, channel: 'mail' })],
    reach: { afterMs: 0, unreadMs: 5_000 },
    leaveAddress: { channels: new Map([['shop', 'mail']]), staffed: () => here, onChange: leaving },
  })
})
afterEach(() => house.close())

async function visitorWrites(address = 'visitor'): Promise<void> {
  const from = { address, verified: 'token' as const }
  const key = `w${keys++}`
  conversation = (await house.relay.receive('web', { from, site: 'shop', key, body: textBody('hello?') })).conversation
}

/** The newest form the relay has asked, once it asks for this field. */
async function asked(field: string, times = 1): Promise<number> {
  const forms = (entries: Awaited<ReturnType<TestRelay['log']>>) =>
    entries.filter(({ body }) => body.kind === 'message' && JSON.stringify(body.parts).includes(`"name":"${field}"`))
  const entries = await house.until(conversation, (all) => forms(all).length >= times)
  return forms(entries).at(-1)?.seq ?? 0
}

async function fill(of: number, values: Record<string, string>, address = 'visitor'): Promise<void> {
  const body = { kind: 'answer' as const, of, values }
  await house.relay.receive('web', { from: { address, verified: 'token' }, site: 'shop', key: `w${keys++}`, body })
}

async function code(times = 1, address = ADA): Promise<string> {
  await expect.poll(() => mail.inbox(address)).toHaveLength(times)
  return /\d{6}/.exec(JSON.stringify(mail.inbox(address).at(-1)?.parts))?.[0] ?? ''
}

const identities = async () => {
  const contact = (await house.store.conversation(conversation))?.contact ?? ''
  return (await house.store.contact(contact))?.identities.map(({ channel, address, verified }) => [
    channel,
    address,
    verified,
  ])
}

const answer = (text: string) =>
  house.relay.act(anna, conversation, {
    key: `a${keys++}`,
    actions: [{ kind: 'reply', parts: [{ kind: 'text', text, format: 'plain' }] }],
  })

const saidByRelay = ({ from, body }: Entry) => from.kind === 'system' && body.kind === 'message'

const received = (address = ADA) => mail.inbox(address).map(({ parts }) => JSON.stringify(parts))

describe('a visitor who writes while nobody is there', () => {
  it('leaves an address, proves it by the code, and gets the answer by mail', async () => {
    await visitorWrites()
    await fill(await asked('email'), { email: 'Ada@Example.org' })
    await fill(await asked('code'), { code: await code() })
    await expect.poll(identities).toContainEqual(['mail', ADA, 'code'])
    await answer('we have it')
    await expect.poll(() => received()).toContainEqual(expect.stringContaining('we have it'))
  })

  it('gets an answer that was given before the address was proven', async () => {
    await visitorWrites()
    await fill(await asked('email'), { email: ADA })
    const sent = await code()
    await answer('we have it')
    expect(mail.inbox(ADA)).toHaveLength(1)
    await fill(await asked('code'), { code: sent })
    await expect.poll(() => received()).toContainEqual(expect.stringContaining('we have it'))
  })

  it('proves the address by answering the mail with the code, too, and from that address alone', async () => {
    await visitorWrites()
    await fill(await asked('email'), { email: ADA })
    const sent = await code()
    await answer('we have it')
    const prove = (address: string, given = sent) =>
      house.relay.prove('mail', { site: 'shop', address, conversation, code: given })
    expect(await prove('eve@example.org')).toBe(false)
    expect(await prove(ADA, 'no code')).toBe(false)
    expect(await identities()).toEqual([['web', 'visitor', 'token']])
    expect(await prove(ADA)).toBe(true)
    expect(await prove(ADA)).toBe(true)
    await expect.poll(() => received()).toContainEqual(expect.stringContaining('we have it'))
    expect(await identities()).toContainEqual(['mail', ADA, 'code'])
  })

  it('gets an answer that could not be brought anywhere once another address is proven', async () => {
    await visitorWrites()
    await fill(await asked('email'), { email: 'old@example.org' })
    await fill(await asked('code'), { code: await code(1, 'old@example.org') })
    await expect.poll(identities).toContainEqual(['mail', 'old@example.org', 'code'])
    mail.fault('gone')
    await answer('we have it')
    await house.until(conversation, (all) => all.some(({ body }) => body.kind === 'delivery'))
    await fill(await asked('email'), { email: ADA })
    await fill(await asked('code', 2), { code: await code() })
    await expect.poll(() => received().concat(received('old@example.org')).join()).toContain('we have it')
  })

  it('says thank you once when the code is entered in two tabs at once', async () => {
    await visitorWrites()
    await fill(await asked('email'), { email: ADA })
    const [form, right] = [await asked('code'), await code()]
    await Promise.all([fill(form, { code: right }), fill(form, { code: right })])
    await expect.poll(identities).toContainEqual(['mail', ADA, 'code'])
    await expect.poll(async () => (await house.store.backlog(Date.now())).every(({ open }) => open === 0)).toBe(true)
    const thanks = (await house.log(conversation)).filter((one) => JSON.stringify(one.body).includes('Thank you'))
    expect(thanks).toHaveLength(1)
    expect((await house.log(conversation)).at(-1)).toEqual(thanks[0])
  })

  it('is asked once, and not at all while somebody is there', async () => {
    await visitorWrites()
    await asked('email')
    await visitorWrites()
    here = true
    await visitorWrites('another')
    await house.relay.drain()
    const forms = (await house.log(conversation)).filter(({ from }) => from.kind === 'system')
    expect(forms).toEqual([])
  })
})

describe('a visitor whom nobody answers', () => {
  beforeEach(async () => {
    here = true
    await visitorWrites()
  })
  const agentsLeave = () => {
    here = false
    left()
  }
  const questions = async () => (await house.log(conversation)).filter(saidByRelay)

  it('is asked for an address when the agents leave', async () => {
    expect(await questions()).toEqual([])
    agentsLeave()
    await asked('email')
  })

  it('is asked also when the agent who took the conversation leaves without a word', async () => {
    await house.relay.act(anna, conversation, {
      key: 'take',
      actions: [{ kind: 'handoff', to: { kind: 'agent', id: anna.id } }],
    })
    agentsLeave()
    await asked('email')
  })

  it('is asked once, however often agents come and go', async () => {
    for (let times = 0; times < 3; times += 1) {
      agentsLeave()
      await asked('email')
      here = true
      left()
    }
    await house.relay.drain()
    expect(await questions()).toHaveLength(1)
  })

  it('is not asked when an agent stays, or has answered', async () => {
    left()
    await answer('we have it')
    agentsLeave()
    await house.relay.drain()
    expect(await questions()).toEqual([])
  })
})

it('asks a visitor for an address when the assistant gives up and nobody is there', async () => {
  const giveUp: Backend = { name: 'giveUp', handle: async () => ({ kind: 'handoff', to: { kind: 'next' } }) }
  await house.close()
  house = await openTestRelay({
    backends: [giveUp],
    adapters: [webChannel, createMemoryAdapter({ platform: mail, channel: 'mail' })],
    leaveAddress: { channels: new Map([['shop', 'mail']]), staffed: () => here, onChange: leaving },
  })
  await visitorWrites()
  expect(await asked('email')).toBeGreaterThan(1)
})

describe('an address that nobody has proven', () => {
  it('gets the code and nothing else, no word of the conversation', async () => {
    await visitorWrites()
    await fill(await asked('email'), { email: ADA })
    await code()
    await answer('the secret')
    await fill(await asked('code'), { code: 'wrong' })
    await asked('code', 2)
    expect(received().join()).not.toMatch(/secret|hello/)
    expect(mail.inbox(ADA)).toHaveLength(1)
    expect(await identities()).toEqual([['web', 'visitor', 'token']])
  })

  it('takes no mail of its owner into the conversation of whoever typed it', async () => {
    await visitorWrites()
    await fill(await asked('email'), { email: ADA })
    await code()
    const from = { address: ADA, verified: 'dmarc' as const }
    const own = await house.relay.receive('mail', { from, site: 'shop', key: 'm1', body: textBody('my own matter') })
    expect(own.conversation).not.toBe(conversation)
  })

  it('cannot be proven by guessing: five tries, however many are made at once', async () => {
    await visitorWrites()
    await fill(await asked('email'), { email: ADA })
    const right = await code()
    const form = await asked('code')
    const wrong = right === '000000' ? '111111' : '000000'
    await Promise.all(Array.from({ length: 8 }, () => fill(form, { code: wrong })))
    await asked('email', 2)
    await fill(form, { code: right })
    await asked('email', 3)
    expect(await identities()).toEqual([['web', 'visitor', 'token']])
  })

  it('gets three codes an hour at most, whoever asks', async () => {
    for (const visitor of ['one', 'two', 'three', 'four']) {
      await visitorWrites(visitor)
      await fill(await asked('email'), { email: ADA }, visitor)
      await house.until(conversation, (all) => all.filter(saidByRelay).length >= 2)
    }
    expect(mail.inbox(ADA)).toHaveLength(3)
  })
})

it('makes one person of a visitor and the customer whose address the visitor proves', async () => {
  const from = { address: ADA, verified: 'dmarc' as const }
  const older = await house.relay.receive('mail', { from, site: 'shop', key: 'm1', body: textBody('by mail') })
  await visitorWrites()
  await fill(await asked('email'), { email: ADA })
  await fill(await asked('code'), { code: await code() })
  const contact = (await house.store.conversation(conversation))?.contact ?? ''
  const owner = (await house.store.conversation(older.conversation))?.contact ?? ''
  await expect.poll(() => house.store.linked(contact)).toEqual([owner])
  await answer('hello again')
  await expect.poll(() => received()).toContainEqual(expect.stringContaining('hello again'))
  await house.relay.unmerge(anna, contact)
  expect(await house.store.linked(contact)).toEqual([])
  expect(await house.log(older.conversation)).toContainEqual(
    expect.objectContaining({ body: { kind: 'contact', changes: { merged: null } } }),
  )
  await expect(house.relay.unmerge(anna, contact)).rejects.toMatchObject({ code: 'not_found' })
})
