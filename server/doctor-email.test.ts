import { createServer } from 'node:net'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { openPostOffice, type PostOffice } from '../adapters/email/test-post-office.ts'
import { parseConfig } from './config.ts'
import { doctorChannels } from './doctor-channels.ts'
import type { Finding } from './finding.ts'

vi.setConfig({ testTimeout: 20_000 })

let office: PostOffice
beforeAll(async () => {
  office = await openPostOffice()
})
afterAll(() => office.close())

async function examine(more: object = {}): Promise<Finding[]> {
  const from = office.fresh('support')
  const { imap, smtp, login } = office.options(from)
  const password = 'password' in login ? login.password : ''
  const channel = { kind: 'email' as const, id: 'mail', site: 'shop', from, password, imap, smtp, authservIds: ['mx'] }
  const settings = parseConfig({
    mode: 'development',
    sites: [{ key: 'shop', name: 'Shop' }],
    channels: [{ ...channel, ...more }],
  })
  const findings: Finding[] = []
  for await (const finding of doctorChannels(settings)) findings.push(finding)
  return findings
}

/** Where nobody listens. */
async function deadPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}

it('finds nothing wrong with a mailbox that works', async () => {
  expect(await examine()).toEqual([
    {
      state: 'good',
      what: expect.stringMatching(/^channel mail: mail to support.* is read from 127\.0\.0\.1, folder INBOX$/),
    },
    { state: 'good', what: expect.stringMatching(/^channel mail: answers from support.* leave by 127\.0\.0\.1$/) },
  ])
})

it('says that a password is wrong, at each server that refuses it, and does not show it', async () => {
  const found = await examine({ password: 'sesame-guess' })
  expect(found).toEqual([
    {
      state: 'bad',
      what: expect.stringContaining('is read from'),
      remedy: expect.stringMatching(/^login: .* refuses it/),
    },
    { state: 'bad', what: expect.stringContaining('leave by'), remedy: expect.stringMatching(/^login: .* refuses it/) },
  ])
  expect(JSON.stringify(found)).not.toContain('sesame-guess')
})

it('says that a folder is missing', async () => {
  const [inbox] = await examine({ folder: 'Customers' })
  expect(inbox).toMatchObject({ state: 'bad', remedy: expect.stringMatching(/^folder: there is none of that name/) })
})

it('says which server does not answer', async () => {
  const smtp = { host: '127.0.0.1', port: await deadPort(), security: 'none' }
  expect(await examine({ smtp })).toMatchObject([
    { state: 'good' },
    { state: 'bad', what: expect.stringContaining('leave by'), remedy: expect.stringContaining('not reachable') },
  ])
})

it('says in words for an operator what it means when no server vouches for senders', async () => {
  const last = (await examine({ authservIds: undefined })).at(-1)
  expect(last).toMatchObject({ state: 'odd', what: expect.stringContaining('anybody can pretend to be a customer') })
  expect(last?.remedy).toMatch(/"authservIds".*"Authentication-Results"/)
})

it('says that agents are notified who cannot answer by mail', async () => {
  const told = (await examine({ authservIds: [], notifyAgentsAfterMs: 60_000 })).slice(2)
  expect(told).toMatchObject([
    { state: 'odd', what: expect.stringContaining('none of their answers') },
    { state: 'odd' },
  ])
  const fine = await examine({ notifyAgentsAfterMs: 60_000 })
  expect(fine.map(({ state }) => state)).toEqual(['good', 'good'])
})
