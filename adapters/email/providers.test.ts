import { HutongError } from '@hutong/core/errors'
import { createMemoryHost, type MemoryHost } from '@hutong/core/memory'
import { afterEach, describe, expect, it } from 'vitest'
import { createEmailAdapter, type EmailAdapter, type EmailOptions, PRESETS } from './index.ts'
import { type Manners, type OddImap, startOddImap } from './test-imap.ts'
import { letter } from './test-post-office.ts'

let imap: OddImap | undefined
let adapter: EmailAdapter | undefined

afterEach(async () => {
  await adapter?.close()
  await imap?.close()
})

async function open(manners: Manners, more: Partial<EmailOptions> = {}) {
  const server = await startOddImap(manners)
  return { server, host: await follow(server, more) }
}

async function follow(
  server: OddImap,
  more: Partial<EmailOptions> = {},
  host = createMemoryHost({ channel: 'mail' }),
): Promise<MemoryHost> {
  imap = server
  adapter = createEmailAdapter({
    site: 'site',
    address: 'support@stand.test',
    imap: { host: '127.0.0.1', port: server.port, security: 'none' },
    smtp: { host: '127.0.0.1', port: 9, security: 'none' },
    login: { user: 'support@stand.test', password: 'pass' },
    secret: 'a secret of the tests that is long enough',
    pace: { idle: 60_000, poll: 20, retry: 20, retryMax: 100 },
    ...more,
  })
  await adapter.open(host)
  return host
}

const mail = (id: string) => letter({ from: 'lin@people.test', to: 'support@stand.test', id, text: id })

it('introduces itself to servers that open no folder for strangers', async () => {
  const { server, host } = await open({ wantsId: true })
  server.add(mail('hello'))
  await expect.poll(() => host.arrivals.length, { timeout: 4_000 }).toBe(1)
  expect(server.heard.filter((one) => /^ID .*"Hutong"/.test(one)).length).toBeGreaterThanOrEqual(2)
})

it('asks again and again where the server does not push', async () => {
  const { server, host } = await open({ idle: false })
  for (const id of ['one', 'two']) {
    const count = host.arrivals.length
    server.add(mail(id))
    await expect.poll(() => host.arrivals.length, { timeout: 4_000 }).toBe(count + 1)
  }
  expect(server.heard).not.toContain('IDLE')
})

it('sets a mail aside that breaks the connection every time, and takes those around it', async () => {
  const { server, host } = await open({ breaksAt: 2 })
  for (const id of ['one', 'two', 'three']) server.add(mail(id))
  await expect.poll(() => host.arrivals.length, { timeout: 8_000 }).toBe(2)
  expect(await host.state.get('aside')).toMatchObject([{ uid: 2, reason: expect.stringMatching(/\S/) }])
}, 12_000)

it('passes over no mail when the connection ends while many are taken', async () => {
  const server = await startOddImap({ endsAfter: 1 })
  const names = Array.from({ length: 120 }, (_, index) => `m${index}`)
  for (const name of names) server.add(mail(name))
  const host = createMemoryHost({ channel: 'mail' })
  const { receive } = host
  // The connection ends while the last mail of a round has to wait for the relay.
  let draining = true
  host.receive = async (arrival) => {
    if (!draining || host.arrivals.length < 49) return receive(arrival)
    draining = false
    throw new HutongError('unavailable', 'the relay is draining')
  }
  await follow(server, { backlogDays: 1 }, host)
  await expect.poll(() => host.arrivals.length, { timeout: 8_000 }).toBe(120)
  expect(server.heard.filter((one) => one.startsWith('EXAMINE')).length).toBe(2)
}, 12_000)

it('passes over no mail that the server leaves out of its answer for once', async () => {
  const server = await startOddImap({ withholds: 2 })
  for (const id of ['one', 'two', 'three']) server.add(mail(id))
  const host = await follow(server, { backlogDays: 1 })
  await expect.poll(() => host.arrivals.length, { timeout: 8_000 }).toBe(3)
  expect(await host.state.get('aside')).toBeUndefined()
}, 12_000)

describe('presets', () => {
  it.each(Object.entries(PRESETS))('reach %s by encrypted connections alone', (_, { imap, smtp }) => {
    expect([imap, smtp].every(({ host, security }) => /^[\w.]+$/.test(host) && security !== ('none' as string))).toBe(
      true,
    )
    expect(imap.port).toBe(993)
    expect(smtp.port).toBe((smtp.security as string) === 'tls' ? 465 : 587)
  })
})
