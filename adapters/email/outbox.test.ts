import { generateKeyPairSync } from 'node:crypto'
import type { Delivery } from '@hutong/core/adapter'
import { degrade, understand } from '@hutong/core/degrade'
import type { Participant } from '@hutong/core/entry'
import { createMemoryHost, type MemoryHost } from '@hutong/core/memory'
import type { Part } from '@hutong/core/parts'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { CAPABILITIES } from './capabilities.ts'
import { createEmailAdapter, type EmailAdapter, type EmailOptions } from './index.ts'
import { letter, openPostOffice, type PostOffice, type Read } from './test-post-office.ts'

let office: PostOffice
let host: MemoryHost
let adapter: EmailAdapter | undefined
let support: string
let lin: string

const ANNA: Participant = { kind: 'agent', id: 'a_anna', name: 'Anna' }
const BOT: Participant = { kind: 'bot', id: 'flow', name: 'Helper' }

beforeAll(async () => {
  office = await openPostOffice()
})
afterAll(() => office.close())
beforeEach(() => {
  host = createMemoryHost({ channel: 'mail' })
  support = office.fresh('support')
  lin = office.fresh('lin')
})
afterEach(async () => {
  await adapter?.close()
})

async function open(more: Partial<EmailOptions> = {}): Promise<EmailAdapter> {
  adapter = createEmailAdapter({ ...office.options(support), ...more })
  await adapter.open(host)
  return adapter
}

async function writes(id: string, more: Partial<Parameters<typeof letter>[0]> = {}): Promise<string> {
  const count = host.arrivals.length
  await office.dovecot.deliver(support, letter({ from: lin, to: support, id, text: id, subject: 'My parcel', ...more }))
  await expect.poll(() => host.arrivals.length, { timeout: 4_000, interval: 10 }).toBe(count + 1)
  return host.entries(lin)[0]?.conversation ?? ''
}

async function deliveryOf(parts: Part[], from: Participant = ANNA): Promise<Delivery> {
  const conversation = host.entries(lin)[0]?.conversation ?? ''
  const [entry] = await host.commit(conversation, from, { kind: 'message', parts })
  if (!entry) throw new Error('nothing was committed')
  const { messages, changes } = degrade(parts, CAPABILITIES)
  const key = `${conversation}:${entry.seq}`
  return { key, to: { address: lin, conversation }, entry, parts: messages.flat(), changes, attempt: 1 }
}

async function received(address = lin): Promise<Read> {
  const mails = await office.inbox(address)
  const last = mails.at(-1)
  if (!last) throw new Error(`${address} has no mail`)
  return last
}

const plain = (text: string): Part => ({ kind: 'text', text, format: 'plain' })

it('answers in the thread of the customer, under an id that every try shares', async () => {
  const channel = await open()
  await writes('one')
  await writes('two', { headers: { References: '<one@people.test>' } })
  const delivery = await deliveryOf([plain('here')])
  const receipt = await channel.send(delivery)
  const { headers } = await received()
  expect(headers.get('message-id')).toBe(`<${receipt.state === 'sent' && receipt.native}>`)
  expect(headers.get('in-reply-to')).toBe('<two@people.test>')
  expect(headers.get('references')).toBe('<one@people.test> <two@people.test>')
  expect(headers.get('subject')).toBe('Re: My parcel')
  expect(headers.get('from')).toBe(`Shop <${support}>`)
  expect(await channel.send({ ...delivery, attempt: 2 })).toEqual(receipt)
  expect(await office.inbox(lin)).toHaveLength(1)
})

it('names a reply address that leads back into the conversation', async () => {
  const channel = await open({ authservIds: ['mx.stand.test'] })
  const conversation = await writes('one')
  await channel.send(await deliveryOf([plain('here')]))
  const address = /<(.+)>/.exec((await received()).headers.get('reply-to') ?? '')?.[1] ?? ''
  expect(address.split('@')[0]?.length).toBeLessThanOrEqual(64)
  const proof = { 'Authentication-Results': 'mx.stand.test; dmarc=pass header.from=stand.test' }
  await office.dovecot.deliver(address, letter({ from: lin, to: address, id: 'two', text: 'me too', headers: proof }))
  await expect.poll(() => host.arrivals.length, { timeout: 4_000 }).toBe(2)
  expect(host.arrivals[1]).toMatchObject({ conversation, from: { address: lin, verified: 'dmarc' } })
})

it('says that a robot wrote only where a robot wrote', async () => {
  const channel = await open()
  await writes('one')
  await channel.send(await deliveryOf([plain('by hand')]))
  expect((await received()).headers.has('auto-submitted')).toBe(false)
  await channel.send(await deliveryOf([plain('by rule')], BOT))
  expect((await received()).headers.get('auto-submitted')).toBe('auto-replied')
})

it('sends files whole and shows pictures in the text', async () => {
  const channel = await open()
  await writes('one')
  const put = (name: string, type: string, bytes: Uint8Array<ArrayBuffer>) =>
    host.files.put(new Blob([bytes]).stream(), { site: 'site', name, type })
  const image = await put('tea.png', 'image/png', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 1, 2, 3]))
  const bill = await put('bill.pdf', 'application/pdf', new TextEncoder().encode('%PDF-1.7 a bill'))
  await channel.send(
    await deliveryOf([
      { kind: 'image', file: image.id, name: 'tea.png', alt: 'A pot of tea' },
      { kind: 'file', file: bill.id, name: 'bill.pdf' },
    ]),
  )
  const { source = '' } = office.smtp.taken.at(-1) ?? {}
  expect(source).toContain(`Content-Id: <${image.id}@hutong>`.replace('Id', 'ID'))
  expect(source).toMatch(/filename=("?)bill\.pdf\1/)
  expect(source).toContain(Buffer.from('%PDF-1.7 a bill').toString('base64'))
})

it('offers choices as numbers and as links whose answers are both understood', async () => {
  const channel = await open()
  await writes('one')
  const options = [
    { id: 's', label: 'Small' },
    { id: 'l', label: 'Large' },
  ]
  const parts: Part[] = [{ kind: 'choices', text: 'Which?', options }]
  await channel.send(await deliveryOf(parts))
  const mail = await received()
  expect(mail.text).toBe('Which?\n1. Small\n2. Large')
  const { source = '' } = office.smtp.taken.at(-1) ?? {}
  const html = source.replace(/=\r\n/g, '').replaceAll('=3D', '=')
  const bodies = [...html.matchAll(/href="mailto:[^"]*body=([^"&]+)/g)].map(([, body = '']) => decodeURIComponent(body))
  const [prompt] = degrade(parts, CAPABILITIES).prompts
  expect(bodies.map((body) => prompt && understand(body, prompt))).toEqual(['s', 'l'])
})

it('signs with the key of the domain', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const dkim = {
    domainName: 'stand.test',
    keySelector: 'one',
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
  const channel = await open({ dkim })
  await writes('one')
  await channel.send(await deliveryOf([plain('signed')]))
  expect((await received()).headers.get('dkim-signature')).toMatch(/d=stand\.test;.*s=one;/s)
})

it('finds a mail whose acceptance got lost among the sent ones, and is unsure when it is not there', async () => {
  const channel = await open()
  await writes('one')
  office.smtp.fault('lost')
  expect(await channel.send(await deliveryOf([plain('was it sent?')]))).toMatchObject({ state: 'unsure' })
  const delivery = await deliveryOf([plain('kept a copy')])
  office.smtp.fault('lost')
  office.smtp.copyTo(support)
  expect(await channel.send(delivery)).toMatchObject({ state: 'sent' })
})

it('sends nothing again that a killed relay had sent, when the mailbox holds a copy', async () => {
  const channel = await open()
  await writes('one')
  const delivery = await deliveryOf([plain('once')])
  office.smtp.copyTo(support)
  // Killed between the server's yes and the note of it: the state is as it was.
  const { set } = host.state
  host.state.set = async (key, value) => (key.startsWith('thread:') ? undefined : set(key, value))
  await channel.send(delivery)
  host.state.set = set
  await channel.close()
  const again = await (await open()).send({ ...delivery, attempt: 2, cutOff: true })
  expect(again).toMatchObject({ state: 'sent' })
  expect(await office.inbox(lin)).toHaveLength(1)
})

it('is not unsure of a mail that the server never had whole', async () => {
  const channel = await open()
  await writes('one')
  const delivery = await deliveryOf([plain('first the line is down')])
  office.smtp.fault('down')
  await expect(channel.send(delivery)).rejects.toMatchObject({ code: 'unreachable', retryable: true })
  expect(await channel.send({ ...delivery, attempt: 2 })).toMatchObject({ state: 'sent' })
  expect(await office.inbox(lin)).toHaveLength(1)
})

it('sends a transcript of what was said, without what is internal or was taken back', async () => {
  const channel = await open()
  const conversation = await writes('my parcel is late')
  await host.commit(conversation, ANNA, { kind: 'message', parts: [plain('oops')] })
  await host.commit(conversation, ANNA, { kind: 'recall', of: 2 }, { kind: 'note', text: 'angry' })
  await host.commit(conversation, ANNA, { kind: 'message', parts: [plain('It left yesterday.')] })
  await channel.transcript({ conversation, address: lin }, 'transcript-1')
  const { text, headers } = await received()
  expect(text).toMatch(/my parcel is late[\s\S]*Anna[\s\S]*It left yesterday\./)
  expect(text).not.toMatch(/oops|angry/)
  expect(headers.get('auto-submitted')).toBe('auto-generated')
})

it('writes a transcript as the customer knows the shop: its own subject, no marks, no names of robots inside', async () => {
  const channel = await open()
  const conversation = await writes('my parcel is late', { from: `Lin <${lin}>` })
  const robot = { kind: 'bot' as const, id: 'keyword' }
  await host.commit(conversation, robot, { kind: 'message', parts: [plain('Which number?')] })
  await channel.transcript({ conversation, address: lin }, 'transcript-1')
  const { text, headers } = await received()
  expect(text).toMatch(
    /^Lin · \d{4}-\d\d-\d\d \d\d:\d\d UTC\n+My parcel\n+my parcel is late\n+Shop · .* UTC\n+Which number\?$/,
  )
  expect(headers.get('subject')).toBe('My parcel')
})

it('tells an agent what is new, once, under the name of the customer', async () => {
  const anna = office.fresh('anna')
  const channel = await open()
  const named = { from: `Lin <${lin}>` }
  const conversation = await writes('first question', named)
  await host.commit(conversation, ANNA, { kind: 'message', parts: [plain('first answer')] })
  const tell = async (key: string) => {
    await channel.notify({ id: 'a_anna', address: anna }, conversation, key)
    return await received(anna)
  }
  await writes('second question', named)
  const notice = await tell('notice-1')
  expect(notice.headers.get('subject')).toBe('Lin: My parcel')
  expect(notice.text).toContain('second question')
  expect(notice.text).not.toMatch(/first|[*]/)
  await writes('third question', named)
  const next = (await tell('notice-2')).text
  expect(next).toContain('third question')
  expect(next).not.toContain('second')
})

it('takes the answer of an agent to a notice as the agent’s own words, from the agent’s address alone', async () => {
  const anna = office.fresh('anna')
  const authservIds = ['mx.stand.test']
  const channel = await open({
    authservIds,
    agent: async (id) => (id === 'a_anna' ? { address: anna, name: 'Anna' } : undefined),
  })
  const conversation = await writes('hello')
  await channel.notify({ id: 'a_anna', address: anna }, conversation, 'notice-1')
  const notice = await received(anna)
  expect(notice.text).toContain('hello')
  const proof = { 'Authentication-Results': 'mx.stand.test; dmarc=pass header.from=stand.test' }
  const answer = (from: string, id: string, more: Record<string, string> = proof) => {
    const headers = { 'In-Reply-To': notice.headers.get('message-id') ?? '', ...more }
    return office.dovecot.deliver(support, letter({ from, to: support, id, text: 'on its way', headers }))
  }
  await answer(anna, 'by-anna')
  await expect.poll(() => host.arrivals.length, { timeout: 4_000 }).toBe(2)
  expect(host.arrivals[1]).toMatchObject({
    conversation,
    author: { kind: 'agent', id: 'a_anna' },
    from: { address: lin },
  })
  const mallory = office.fresh('mallory')
  await answer(mallory, 'by-mallory')
  await expect.poll(() => host.arrivals.length, { timeout: 4_000 }).toBe(3)
  expect(host.arrivals[2]).toMatchObject({ from: { address: mallory } })
  expect(host.arrivals[2]).not.toHaveProperty('author')
  expect(host.arrivals[2]).not.toHaveProperty('conversation')
  await answer(anna, 'forged', {})
  await answer(anna, 'away', { ...proof, 'Auto-Submitted': 'auto-replied' })
  await expect.poll(() => host.arrivals.length, { timeout: 4_000 }).toBe(5)
  expect(host.arrivals.slice(3).map(({ author, conversation: of }) => [author, of])).toEqual([
    [{ kind: 'contact', id: `outsider:${anna}`, name: anna, unproven: true }, conversation],
    [undefined, undefined],
  ])
})
