import { createEmailAdapter } from '@hutong/adapter-email'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { letter, openPostOffice, type PostOffice } from '../../adapters/email/test-post-office.ts'
import { openStand, type Stand, TOKENS } from '../test-stand.ts'

let office: PostOffice
let stand: Stand
let support: string

beforeAll(async () => {
  office = await openPostOffice()
  support = office.fresh('support')
  const agent = async (id: string) => (await stand.store.agents()).map(named).find((one) => one.id === id)
  const options = { ...office.options(support), site: 'shop', authservIds: ['mx.shop.test'], agent }
  stand = await openStand({ channels: [createEmailAdapter(options)] })
})
afterAll(async () => {
  await stand.close()
  await office.close()
})

const named = ({ id, email, name }: { id: string; email: string; name: string }) => ({ id, address: email, name })

function post(conversation: string, what: string, json: object, token = TOKENS.shop) {
  return stand.ask(`/v1/conversations/${conversation}/${what}`, { method: 'POST', token, json })
}

async function writesByMail(): Promise<{ conversation: string; lin: string }> {
  const lin = office.fresh('lin')
  await office.dovecot.deliver(
    support,
    letter({ from: lin, to: support, id: `first-${lin}`, text: 'where is my parcel?' }),
  )
  const find = async () => (await stand.store.find('shop', 'mail', lin))?.id ?? ''
  await expect.poll(find, { timeout: 5_000 }).not.toBe('')
  return { conversation: await find(), lin }
}

it('sends a transcript to the address of a contact who writes by mail, and to no visitor without one', async () => {
  const { conversation, lin } = await writesByMail()
  const sent = await post(conversation, 'transcript', { key: 'wish-1' })
  expect(sent).toMatchObject({ status: 200, body: { channel: 'mail', address: lin, state: 'sent' } })
  expect((await office.inbox(lin)).at(-1)?.text).toContain('where is my parcel?')
  expect(await post(conversation, 'transcript', { key: 'wish-4', address: lin })).toMatchObject({ status: 200 })
  const elsewhere = { key: 'wish-5', address: 'thief@elsewhere.example' }
  expect(await post(conversation, 'transcript', elsewhere)).toMatchObject({ status: 404 })
  const web = await stand.write('hello', { address: 'nobody' })
  expect(await post(web.conversation, 'transcript', { key: 'wish-2' })).toMatchObject({ status: 404 })
  expect(await post(conversation, 'transcript', { key: 'wish-3' }, TOKENS.other)).toMatchObject({ status: 404 })
})

it('lets an agent who is told by mail answer by mail', async () => {
  const { conversation, lin } = await writesByMail()
  const [anna] = await stand.store.agents()
  if (!anna) throw new Error('nobody is at the desk')
  const told = await post(conversation, 'notices', { key: 'notice-1', agent: anna.id })
  expect(told).toMatchObject({ status: 200, body: { address: anna.email, state: 'sent' } })
  const notice = (await office.inbox(anna.email)).at(-1)
  const headers = {
    'In-Reply-To': notice?.headers.get('message-id') ?? '',
    'Authentication-Results': `mx.shop.test; dmarc=pass header.from=${anna.email.split('@')[1]}`,
  }
  const text = 'It is on its way.'
  await office.dovecot.deliver(support, letter({ from: anna.email, to: support, id: 'reply', text, headers }))
  await expect.poll(async () => (await office.inbox(lin)).at(-1)?.text, { timeout: 5_000 }).toBe(text)
  const entries = await stand.log(conversation)
  expect(entries.at(-1)).toMatchObject({ from: { kind: 'agent', id: anna.id }, body: { kind: 'message' } })
  expect(await post(conversation, 'notices', { key: 'notice-2', agent: 'a_unknown' })).toMatchObject({ status: 404 })
})
