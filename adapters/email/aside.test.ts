import { HutongError } from '@hutong/core/errors'
import { createMemoryHost, type MemoryHost } from '@hutong/core/memory'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { createEmailAdapter, type EmailAdapter } from './index.ts'
import { letter, openPostOffice, type PostOffice } from './test-post-office.ts'

let office: PostOffice
let host: MemoryHost
let support: string
let adapter: EmailAdapter

beforeAll(async () => {
  office = await openPostOffice()
})
afterAll(() => office.close())
beforeEach(async () => {
  host = createMemoryHost({ channel: 'mail' })
  support = office.fresh('support')
  adapter = createEmailAdapter(office.options(support))
  await adapter.open(host)
})
afterEach(() => adapter.close())

async function poison(): Promise<string> {
  host.failNext(new HutongError('invalid', 'parts.0.text: too odd'))
  const source = letter({ from: 'lin@people.test', to: support, id: 'poison', subject: 'Tea', text: 'two tins' })
  await office.dovecot.deliver(support, source)
  await expect.poll(async () => (await adapter.aside.list()).length, { timeout: 4_000, interval: 10 }).toBe(1)
  return (await adapter.aside.list())[0]?.id ?? ''
}

it('shows whose mail was set aside, and why', async () => {
  await poison()
  expect(await adapter.aside.list()).toEqual([
    expect.objectContaining({ from: 'lin@people.test', subject: 'Tea', reason: 'parts.0.text: too odd' }),
  ])
})

it('takes a mail that was set aside when it is tried again, and keeps its place in the mailbox', async () => {
  const id = await poison()
  const place = await host.state.get('cursor')
  await adapter.aside.retry(id)
  expect(host.arrivals).toHaveLength(1)
  expect(await adapter.aside.list()).toEqual([])
  expect(await host.state.get('cursor')).toEqual(place)
  await expect(adapter.aside.retry(id)).rejects.toMatchObject({ code: 'not_found' })
})

it('keeps a mail that still cannot be taken, and says why', async () => {
  const id = await poison()
  host.failNext(new HutongError('invalid', 'still too odd'))
  await expect(adapter.aside.retry(id)).rejects.toMatchObject({ code: 'rejected', message: 'still too odd' })
  expect(await adapter.aside.list()).toHaveLength(1)
})

it('forgets a mail that is discarded', async () => {
  await adapter.aside.discard(await poison())
  expect(await adapter.aside.list()).toEqual([])
  expect(host.arrivals).toEqual([])
})
