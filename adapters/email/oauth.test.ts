import { once } from 'node:events'
import { inspect } from 'node:util'
import { HutongError } from '@hutong/core/errors'
import { createMemoryHost, type MemoryHost } from '@hutong/core/memory'
import { SMTPServer } from 'smtp-server'
import { afterEach, expect, it } from 'vitest'
import { createEmailAdapter, type EmailAdapter } from './index.ts'
import { type OddImap, startOddImap } from './test-imap.ts'
import { letter } from './test-post-office.ts'

const USER = 'support@stand.test'
const FRESH = 'fresh-token-of-the-stand'
const STALE = 'stale-token-of-the-stand'

let imap: OddImap
let smtp: SMTPServer
let host: MemoryHost
let adapter: EmailAdapter | undefined
let taken: string[]

afterEach(async () => {
  await adapter?.close()
  await imap.close()
  await new Promise<void>((resolve) => smtp.close(() => resolve()))
})

/** `challenge`: as Google refuses, which says why before; `at once`: as Microsoft does. */
type Refusal = 'challenge' | 'at once'

async function startTokenSmtp(refusal: Refusal): Promise<number> {
  taken = []
  smtp = new SMTPServer({
    authMethods: ['XOAUTH2'],
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    logger: false,
    onAuth({ accessToken, username = '' }, _session, done) {
      if (username === USER && accessToken === FRESH) return done(null, { user: username })
      if (refusal === 'challenge') return done(null, { data: { status: '401', schemes: 'bearer' } })
      done(Object.assign(new Error('5.7.3 Authentication unsuccessful'), { responseCode: 535 }))
    },
    onData(stream, { envelope }, done) {
      stream.resume()
      stream.once('end', () => {
        taken.push(...envelope.rcptTo.map(({ address }) => address))
        done()
      })
    },
  })
  smtp.on('error', () => undefined)
  smtp.listen(0, '127.0.0.1')
  await once(smtp.server, 'listening')
  const address = smtp.server.address()
  return typeof address === 'object' && address ? address.port : 0
}

async function open(accessToken: (refresh: boolean) => Promise<string>, refusal: Refusal = 'challenge') {
  const port = await startTokenSmtp(refusal)
  imap = await startOddImap({ token: FRESH })
  host = createMemoryHost({ channel: 'mail' })
  const server = (at: number) => ({ host: '127.0.0.1', port: at, security: 'none' as const })
  adapter = createEmailAdapter({
    site: 'site',
    address: USER,
    imap: server(imap.port),
    smtp: server(port),
    login: { user: USER, accessToken },
    secret: 'a secret of the tests that is long enough',
    pace: { idle: 60_000, poll: 20, retry: 20, retryMax: 100, refused: 20 },
    patience: 2_000,
  })
  await adapter.open(host)
  return adapter
}

function tell(channel: EmailAdapter, agent: string) {
  return channel.notify(
    { id: agent, address: `${agent}@people.test` },
    host.entries('lin@people.test')[0]?.conversation ?? '',
    agent,
  )
}

async function hears(): Promise<void> {
  imap.add(letter({ from: 'lin@people.test', to: USER, id: 'one', text: 'hello' }))
  await expect.poll(() => host.arrivals.length, { timeout: 4_000 }).toBe(1)
}

it.each(['challenge', 'at once'] as const)(
  'signs in to both servers with access tokens, and asks once for a new one when the last is refused: %s',
  async (refusal) => {
    const asked: boolean[] = []
    let token = FRESH
    const channel = await open(async (refresh) => {
      asked.push(refresh)
      await new Promise((resolve) => setTimeout(resolve, 20))
      if (refresh) token = FRESH
      return token
    }, refusal)
    await hears()
    expect(asked).not.toContain(true)
    token = STALE
    const agents = ['anna', 'ben', 'chen', 'dora', 'emil']
    await Promise.all(agents.map((one) => tell(channel, one)))
    expect(taken.toSorted()).toEqual(agents.map((one) => `${one}@people.test`))
    expect(asked.filter((refresh) => refresh)).toEqual([true])
  },
)

it('asks for a new token when the mailbox refuses the last one', async () => {
  const asked: boolean[] = []
  await open(async (refresh) => {
    asked.push(refresh)
    return refresh ? FRESH : STALE
  })
  await hears()
  expect(asked).toEqual([false, true])
})

it('says what to do when even a new token is refused, and shows no token', async () => {
  await open(async (refresh) => (refresh ? `${STALE}-too` : STALE))
  const refused = host.problem
  expect(refused).toMatchObject({ code: 'misconfigured', field: 'login' })
  expect((refused as HutongError).message).toMatch(/refuses it: .*Invalid credentials.*token is new: check .*scope/)
  expect(heldIn(refused)).not.toMatch(/stale-token/)
})

it.each(['challenge', 'at once'] as const)(
  'says of a mail whose login is refused what to do, and shows no token: %s',
  async (refusal) => {
    let token = FRESH
    const channel = await open(async () => token, refusal)
    await hears()
    token = STALE
    const refused = await tell(channel, 'anna').catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'misconfigured', field: 'login', retryable: false })
    expect((refused as HutongError).message).toMatch(/token is new: check .*scope/)
    expect(heldIn(refused, host.logged)).not.toMatch(/stale-token/)
  },
)

it('tries a mail again later when nobody gives a token', async () => {
  let there = true
  const channel = await open(async () => {
    if (there) return FRESH
    throw new HutongError('unreachable', 'login.example does not answer the request for a token')
  })
  await hears()
  there = false
  await expect(tell(channel, 'anna')).rejects.toMatchObject({ code: 'unreachable', retryable: true })
  there = true
  expect(await tell(channel, 'anna')).toMatchObject({ state: 'sent' })
})

/** Everything a logger could print of it, what is written in base64 in plain too. */
function heldIn(...values: unknown[]): string {
  const all = inspect(values, { depth: 20, showHidden: true, maxStringLength: null })
  const decoded = [...all.matchAll(/[A-Za-z0-9+/=]{16,}/g)].map(([text]) =>
    Buffer.from(text, 'base64').toString('latin1'),
  )
  return [all, ...decoded].join('\n')
}
