import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Dovecot, PASSWORD, startDovecot } from '../../adapters/email/test-dovecot.ts'
import { letter } from '../../adapters/email/test-post-office.ts'
import { createRelayProcess, type RelayProcess } from './relay-process.ts'

const MAILS = 2_000
const SENDERS = 50
const SUPPORT = 'support@stand.test'

let folder: string
let dovecot: Dovecot
let relay: RelayProcess

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hutong-mail-'))
  dovecot = await startDovecot()
  const imap = { host: '127.0.0.1', port: dovecot.imapPort, security: 'none' }
  const mailbox = { kind: 'email', id: 'mail', site: 'desk', from: SUPPORT, imap, smtp: imap, password: PASSWORD }
  relay = await createRelayProcess(folder, { channels: [mailbox] })
})
afterEach(async () => {
  await relay.kill()
  await dovecot.close()
  await rm(folder, { recursive: true, force: true })
})

it(`takes ${MAILS} mails that came while it was down, each once, though it is killed twice while it catches up`, async () => {
  await relay.start()
  await dovecot.deliver(SUPPORT, mailOf(0))
  await until(() => count() === 1)
  expect(await relay.terminate()).toBe(0)
  const numbers = Array.from({ length: MAILS }, (_, index) => index + 1)
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      for (let next = numbers.shift(); next !== undefined; next = numbers.shift())
        await dovecot.deliver(SUPPORT, mailOf(next))
    }),
  )
  const killedAt: number[] = []
  for (const share of [0.2, 0.6]) {
    await relay.start()
    await until(() => count() > MAILS * share)
    await relay.kill()
    killedAt.push(count())
  }
  const [, before = 0] = killedAt
  await relay.start()
  await until(() => count() > before)
  const began = Date.now()
  await until(() => count() > MAILS)
  const seconds = (Date.now() - began) / 1_000
  await setTimeout(500)
  process.stdout.write(
    `killed after ${killedAt.join(' and ')} of ${MAILS} mails; the last ${MAILS - before} at ${Math.round((MAILS - before) / seconds)} a second\n`,
  )
  expect(await relay.terminate()).toBe(0)
  expect(killedAt.every((count) => count < MAILS)).toBe(true)
  const expected = Array.from({ length: MAILS + 1 }, (_, index) => `mail ${index}`)
  expect(taken().toSorted(byNumber)).toEqual(expected)
})

function mailOf(index: number): string {
  const from = `sender${index % SENDERS}@people.test`
  return letter({ from, to: SUPPORT, id: `mail-${index}`, text: `mail ${index}` })
}

function count(): number {
  const database = new DatabaseSync(relay.database, { readOnly: true })
  try {
    return Number(database.prepare("select count(*) as n from entries where kind = 'message'").get()?.n)
  } finally {
    database.close()
  }
}

/** The texts of the mails in the log on disk, in the order in which they came in. */
function taken(): string[] {
  const database = new DatabaseSync(relay.database, { readOnly: true })
  try {
    const rows = database.prepare("select body from entries where kind = 'message' order by position").all()
    return rows.map(({ body }) => JSON.parse(String(body)).parts[0].text)
  } finally {
    database.close()
  }
}

function byNumber(one: string, other: string): number {
  return Number(one.split(' ')[1]) - Number(other.split(' ')[1])
}

async function until(reached: () => boolean): Promise<void> {
  for (const end = Date.now() + 120_000; Date.now() < end; ) {
    if (reached()) return
    await setTimeout(5)
  }
  throw new Error(`only ${count()} mails were taken; ${relay.complaints()}`)
}
