import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ContactBody, Entry } from '@hutong/core/entry'
import type { EntriesPacket, Ready } from '@hutong/core/wire'
import { io, type Socket } from 'socket.io-client'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { PASSWORD } from '../../adapters/email/test-dovecot.ts'
import { openPostOffice, type PostOffice } from '../../adapters/email/test-post-office.ts'
import { createRelayProcess, type RelayProcess } from './relay-process.ts'
import { onDisk } from './test-on-disk.ts'

const SUPPORT = 'support@stand.test'
const ADA = 'ada@stand.test'
/** The lease of work that a killed relay held, and a new try. */
const PATIENCE = { timeout: 30_000 }

let folder: string
let office: PostOffice
let relay: RelayProcess
let socket: Socket | undefined
let token: string | undefined
let entries: Entry[]
let keys = 0

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hutong-proof-'))
  office = await openPostOffice()
  const imap = { host: '127.0.0.1', port: office.dovecot.imapPort, security: 'none' }
  const smtp = { ...imap, port: office.smtp.port }
  const mailbox = { kind: 'email', id: 'mail', site: 'desk', from: SUPPORT, imap, smtp, password: PASSWORD }
  relay = await createRelayProcess(folder, { channels: [mailbox] })
  token = undefined
  entries = []
  await relay.start()
  await visit()
})
afterEach(async () => {
  socket?.disconnect()
  await relay.kill()
  await office.close()
  await rm(folder, { recursive: true, force: true })
})

it('takes a code that was sent before the relay was killed, and counts the wrong ones given before', async () => {
  await send(text('Is anybody here?'))
  await fill('email', { email: ADA })
  const code = await codeSent()
  for (let wrong = 1; wrong < 4; wrong += 1) await fill('code', { code: other(code) }, wrong)
  await form('code', 4)
  await restart()
  await fill('code', { code: other(code) }, 4)
  await fill('code', { code }, 5)
  await expect.poll(proven, PATIENCE).toEqual([ADA])
})

it('does not begin to count anew: the sixth answer is refused though it is right', async () => {
  await send(text('Is anybody here?'))
  await fill('email', { email: ADA })
  const code = await codeSent()
  for (let wrong = 1; wrong < 4; wrong += 1) await fill('code', { code: other(code) }, wrong)
  await form('code', 4)
  await restart()
  for (let wrong = 4; wrong < 6; wrong += 1) await fill('code', { code: other(code) }, wrong)
  await fill('code', { code }, 6)
  await form('email', 2)
  expect(proven()).toEqual([])
})

it('works on an answer that was acknowledged and not looked at when the relay was killed', async () => {
  await send(text('Is anybody here?'))
  await fill('email', { email: ADA })
  const code = await codeSent()
  await fill('code', { code })
  await restart()
  await expect.poll(proven, PATIENCE).toEqual([ADA])
  await expect.poll(() => said().filter((words) => words.includes('Thank you')), PATIENCE).toHaveLength(1)
})

async function restart(): Promise<void> {
  await relay.kill()
  socket?.disconnect()
  await relay.start()
  await visit()
}

async function visit(): Promise<void> {
  const one = io(`${relay.url}?site=desk`, {
    auth: { site: 'desk', after: entries.length, ...(token !== undefined && { token }) },
    transports: ['websocket'],
    reconnection: false,
  })
  socket = one
  one.on('entries', (packet: EntriesPacket) => {
    for (const entry of packet.entries) entries[entry.seq - 1] = entry
  })
  const ready = await new Promise<Ready>((resolve, reject) => {
    one.once('ready', resolve)
    one.once('connect_error', reject)
  })
  token ??= ready.token
}

/** Resolves once the relay has acknowledged it. */
async function send(body: ContactBody): Promise<void> {
  const answer = await socket?.timeout(10_000).emitWithAck('send', { key: `k${keys++}`, body })
  if (!('seq' in answer)) throw new Error(`refused: ${JSON.stringify(answer)}`)
}

async function fill(field: string, values: Record<string, string>, time = 1): Promise<void> {
  await send({ kind: 'answer', of: await form(field, time), values })
}

/** The form that asks for this field for this time, counted from 1, once it is there. */
async function form(field: string, time: number): Promise<number> {
  const forms = () => entries.filter((one) => one && JSON.stringify(one.body).includes(`"name":"${field}"`))
  await expect.poll(() => forms().length, PATIENCE).toBeGreaterThanOrEqual(time)
  return forms()[time - 1]?.seq ?? 0
}

async function codeSent(): Promise<string> {
  const code = () => /^\d{6}/m.exec(office.smtp.taken.at(-1)?.source ?? '')?.[0]
  await expect.poll(code, PATIENCE).toBeDefined()
  return code() ?? ''
}

function other(code: string): string {
  return code === '000000' ? '111111' : '000000'
}

function text(words: string): ContactBody {
  return { kind: 'message', parts: [{ kind: 'text', text: words, format: 'plain' }] }
}

/** What the relay said, by the log on disk. */
function said(): string[] {
  return onDisk(relay.database, "select body as found from entries where kind = 'message'")
}

function proven(): string[] {
  return onDisk(relay.database, "select address as found from identities where channel = 'mail' and verified = 'code'")
}
