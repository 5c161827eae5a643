import { HutongError } from '@hutong/core/errors'
import { createMemoryHost, type MemoryHost } from '@hutong/core/memory'
import { readable } from '@hutong/core/testkit'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { createEmailAdapter, type EmailAdapter, type EmailOptions } from './index.ts'
import { bounce, letter, openPostOffice, type PostOffice } from './test-post-office.ts'

let office: PostOffice
let host: MemoryHost
let adapter: EmailAdapter | undefined
let support: string
let lin: string

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

type Written = Partial<Parameters<typeof letter>[0]>

function source(id: string, more: Written = {}): string {
  return letter({ from: lin, to: support, id, text: id, ...more })
}

async function arrives(mail: string, count = host.arrivals.length + 1): Promise<void> {
  await office.dovecot.deliver(support, mail)
  await expect.poll(() => host.arrivals.length, { timeout: 4_000, interval: 10 }).toBe(count)
}

const VOUCHED = { 'Authentication-Results': 'mx.stand.test; dmarc=pass header.from=stand.test' }

/** An agent's answer on its way to the address. */
async function answerTo(address: string) {
  const { conversation = '' } = host.entries(address)[0] ?? {}
  const parts = [{ kind: 'text' as const, text: 'hi', format: 'plain' as const }]
  const [entry] = await host.commit(conversation, { kind: 'agent', id: 'a_1' }, { kind: 'message', parts })
  if (!entry) throw new Error('nothing was committed')
  return { key: `${conversation}:${entry.seq}`, to: { address, conversation }, entry, parts, changes: [], attempt: 1 }
}

function partsOf(index: number) {
  const { body } = host.arrivals[index] ?? {}
  return body?.kind === 'message' ? body.parts : []
}

it('takes a mail without a Message-ID once, however often it is delivered', async () => {
  await open()
  const mail = source('one').replace(/Message-ID:.*\r\n/, '')
  await arrives(mail)
  await office.dovecot.deliver(support, mail)
  await arrives(source('two'))
  expect(host.arrivals.map(({ body }) => body.kind === 'message' && readable(body.parts))).toEqual(['one', 'two'])
})

it('keeps two different mails that carry the same Message-ID', async () => {
  await open()
  await arrives(source('same', { text: 'mine' }))
  await arrives(source('same', { text: 'not mine', from: office.fresh('other') }))
  expect(host.arrivals).toHaveLength(2)
})

it('believes a verdict on the sender only from the servers that are named', async () => {
  await open({ authservIds: ['mx.stand.test'] })
  const verdict = (server: string) => ({ 'Authentication-Results': `${server}; dmarc=pass header.from=stand.test` })
  await arrives(source('one', { headers: verdict('mx.stand.test') }))
  await arrives(source('two', { headers: verdict('mx.elsewhere.test') }))
  expect(host.arrivals.map(({ from }) => from.verified)).toEqual(['dmarc', undefined])
})

it('lets nobody into a conversation with a token that we did not sign', async () => {
  await open()
  await arrives(source('one'))
  const { conversation = '' } = host.entries(lin)[0] ?? {}
  const forged = Buffer.from(conversation).toString('hex')
  const headers = { 'In-Reply-To': `<abc.t${forged}0123456789abcdef@stand.test>` }
  const mallory = office.fresh('mallory')
  await arrives(source('two', { from: mallory, to: support.replace('@', `+t${forged}0123456789abcdef@`), headers }))
  expect(host.entries(lin)).toHaveLength(1)
  expect(host.entries(mallory)).toHaveLength(1)
})

it('says the subject where a thread begins or changes, and not again', async () => {
  await open()
  await arrives(source('one', { subject: 'My parcel' }))
  await arrives(source('two', { subject: '回复：My parcel' }))
  await arrives(source('three', { subject: 'Another matter' }))
  expect(host.arrivals.map((_, index) => partsOf(index).map((one) => 'text' in one && one.text))).toEqual([
    ['My parcel', 'one'],
    ['two'],
    ['Another matter', 'three'],
  ])
})

it('remembers a mail for its thread although it ended before it could', async () => {
  await open()
  await arrives(source('one', { subject: 'My parcel' }))
  await adapter?.close()
  const { conversation = '' } = host.entries(lin)[0] ?? {}
  await host.state.set(`thread:${conversation}`, undefined)
  const channel = await open()
  const parts = [{ kind: 'text' as const, text: 'hi', format: 'plain' as const }]
  const [entry] = await host.commit(conversation, { kind: 'agent', id: 'a_1' }, { kind: 'message', parts })
  if (!entry) throw new Error('nothing was committed')
  await channel.send({ key: 'k1', to: { address: lin, conversation }, entry, parts, changes: [], attempt: 1 })
  const [answer] = await office.inbox(lin)
  expect(answer?.headers.get('in-reply-to')).toBe('<one@people.test>')
  expect(answer?.headers.get('subject')).toBe('Re: My parcel')
})

it('names attachments that are too many or too large instead of taking them', async () => {
  await open({ limits: { attachments: 2, attachmentBytes: 10 } })
  const attached = (name: string, text: string) =>
    `--cut\r\nContent-Type: application/octet-stream; name="${name}"\r\nContent-Disposition: attachment; filename="${name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(text).toString('base64')}\r\n`
  const mail = [
    `From: ${lin}\r\nTo: ${support}\r\nMessage-ID: <many@people.test>\r\nMIME-Version: 1.0\r\n`,
    'Content-Type: multipart/mixed; boundary=cut\r\n\r\n--cut\r\nContent-Type: text/plain\r\n\r\nsee these\r\n',
    attached('a.bin', 'small'),
    attached('b.bin', 'much too large'),
    attached('c.bin', 'fine'),
    attached('d.bin', 'third'),
    '--cut--\r\n',
  ].join('')
  await arrives(mail)
  const parts = partsOf(0)
  expect(parts.map((one) => [one.kind, 'name' in one ? one.name : undefined])).toEqual([
    ['text', undefined],
    ['file', 'a.bin'],
    ['file', 'c.bin'],
    ['unsupported', undefined],
  ])
  expect(readable(parts)).toMatch(/b\.bin: .*10 bytes[\s\S]*d\.bin: too many/)
})

it('stores an attachment once although its mail has to wait for the relay', async () => {
  await open()
  const stored: string[] = []
  const { put } = host.files
  host.files.put = async (content, meta) => {
    stored.push(meta.name)
    return put(content, meta)
  }
  for (const _ of [1, 2]) host.failNext(new HutongError('unavailable', 'the relay is draining'))
  await arrives(source('one', { file: { name: 'a.bin', type: 'application/pdf', bytes: Buffer.from('%PDF-1.7') } }))
  expect(stored).toEqual(['a.bin'])
})

it('takes what a form of the site wrote in its own name as the words of the visitor', async () => {
  await open()
  await arrives(source('one', { from: support, headers: { 'Reply-To': `Lin <${lin}>` } }))
  expect(host.arrivals[0]?.from).toMatchObject({ address: lin, profile: { name: 'Lin' } })
})

it('takes what a form service wrote under an address among the aliases as the words of the visitor', async () => {
  const form = office.fresh('wordpress')
  await open({ aliases: [form] })
  await arrives(source('one', { from: form, headers: { 'Reply-To': `Lin <${lin}>`, ...VOUCHED } }))
  expect(host.arrivals[0]?.from).toEqual({ address: lin, profile: { name: 'Lin' } })
})

it('stops a robot from answering a robot: after twenty mails in an hour nobody is asked any more', async () => {
  await open()
  const count = 24
  for (let index = 0; index < count; index += 1) await office.dovecot.deliver(support, source(`m${index}`))
  await expect.poll(() => host.arrivals.length, { timeout: 4_000 }).toBe(count)
  expect(host.arrivals.filter(({ automatic }) => automatic).length).toBe(4)
})

it('keeps a report about a mail that is not ours as a message that nobody answers', async () => {
  await open()
  await arrives(bounce({ to: support, native: 'somebody@else.test', reason: 'no such user' }))
  expect(host.arrivals[0]).toMatchObject({ automatic: true })
  expect(host.reports).toEqual([])
})

it('believes no report that brings nothing back of what we signed, and keeps it', async () => {
  const channel = await open()
  await arrives(source('one'))
  await channel.send(await answerTo(lin))
  const report = bounce({ to: support, native: '', reason: 'mailbox is full' })
    .replace(/lin@people\.test/, lin)
    .replace(/--cut\r\nContent-Type: message\/rfc822[\s\S]*--cut--/, '--cut--')
  await arrives(report)
  await arrives(source('two', { from: office.fresh('jo'), headers: { 'X-Failed-Recipients': lin } }))
  expect(host.arrivals.slice(1).map(({ automatic }) => automatic)).toEqual([true, true])
  expect(host.reports).toEqual([])
})

it('keeps the mail of a customer who writes as a report would', async () => {
  const channel = await open()
  await arrives(source('one'))
  const { native = '' } = await channel.send(await answerTo(lin))
  const headers = { 'In-Reply-To': `<${native}>`, 'X-Failed-Recipients': 'al@people.test' }
  await arrives(source('two', { subject: 'Delivery problem', text: 'My parcel was not delivered.', headers }))
  expect(partsOf(1)).toContainEqual(expect.objectContaining({ text: 'My parcel was not delivered.' }))
  expect(host.reports).toEqual([])
})

it('keeps two mails of one sender under one Message-ID, date and subject whose words are not the same', async () => {
  await open()
  await arrives(source('same', { text: 'first' }))
  await arrives(source('same', { text: 'second' }))
  expect(host.arrivals).toHaveLength(2)
})

it('proves the sender alone, never whom a header names beside him', async () => {
  const channel = await open({ authservIds: ['mx.stand.test'] })
  const [mallory, victim] = [office.fresh('mallory'), office.fresh('victim')]
  await arrives(source('one', { from: mallory, headers: VOUCHED }))
  const { native = '' } = await channel.send(await answerTo(mallory))
  const more = { 'X-Hutong-Loop': '1', 'Reply-To': victim, 'In-Reply-To': `<${native}>` }
  await arrives(source('two', { from: mallory, headers: { ...VOUCHED, ...more } }))
  expect(host.entries(victim)).toEqual([])
  await arrives(source('three', { from: support, headers: { ...VOUCHED, 'Reply-To': victim } }))
  expect(host.arrivals[2]?.from).toEqual({ address: victim })
  expect(host.entries(mallory)).toHaveLength(3)
})

it('names whoever was forwarded a mail to the agents, and tells the customer nothing of it', async () => {
  const channel = await open({ authservIds: ['mx.stand.test'] })
  const thief = office.fresh('thief')
  await arrives(source('one', { headers: VOUCHED }))
  const { native = '' } = await channel.send(await answerTo(lin))
  await arrives(source('two', { from: thief, headers: { ...VOUCHED, 'In-Reply-To': `<${native}>` } }))
  const { conversation = '' } = host.entries(lin)[0] ?? {}
  expect(host.arrivals[1]).toMatchObject({ conversation, author: { name: thief }, from: { address: lin } })
  expect(host.arrivals[1]?.from).not.toHaveProperty('verified')
  expect(host.entries(thief)).toEqual([])
  expect((await host.log.read(conversation, { after: 2, limit: 9 })).map(({ body }) => body.kind)).toEqual(['hidden'])
})

it('takes a code that comes back alone as a proof, and no other answer to it into the conversation', async () => {
  const channel = await open()
  await arrives(source('one'))
  const owner = office.fresh('owner')
  await channel.send({ ...(await answerTo(lin)), to: { address: owner, conversation: 'v_1' }, code: true })
  const [mail] = await office.inbox(owner)
  const headers = { 'In-Reply-To': mail?.headers.get('message-id') ?? '' }
  await arrives(source('two', { from: owner, text: 'I did not ask for it.\n\n> 123456', headers }))
  await arrives(
    source('three', { from: owner, text: '123456', headers: { ...headers, 'Auto-Submitted': 'auto-replied' } }),
  )
  expect(host.codes).toEqual([])
  await arrives(source('four', { from: owner, text: '654321', headers }))
  expect(host.entries(owner)).toHaveLength(3)
  host.believe({ address: owner, code: '123456' })
  await office.dovecot.deliver(support, source('five', { from: owner, text: '123456', headers }))
  await expect.poll(() => host.codes.length, { timeout: 4_000 }).toBe(2)
  await arrives(source('six', { from: office.fresh('jo') }), 5)
  expect(host.entries(lin)).toHaveLength(2)
})
