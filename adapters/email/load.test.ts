import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { createMemoryHost } from '@hutong/core/memory'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createEmailAdapter } from './index.ts'
import type { Taken } from './test-large-mail.ts'
import { letter, openPostOffice, type PostOffice } from './test-post-office.ts'

const MIB = 1024 * 1024
let office: PostOffice

beforeAll(async () => {
  office = await openPostOffice()
})
afterAll(() => office.close())

it('takes an attachment of 48 MiB whole onto the disk, with at most 64 MB of memory more', async () => {
  const support = office.fresh('support')
  const bytes = randomBytes(48 * MIB)
  const [head = '', foot = ''] = letter({
    from: 'lin@people.test',
    to: support,
    id: 'large',
    text: 'here it is',
    file: { name: 'film.bin', type: 'application/octet-stream', bytes: Buffer.from('CONTENT') },
  }).split(Buffer.from('CONTENT').toString('base64'))
  await office.dovecot.deliver(support, letter({ from: 'lin@people.test', to: support, id: 'small', text: 'hello' }))
  const child = start({ ...office.options(support), backlogDays: 1 })
  try {
    await once(child, 'message')
    const said = once(child, 'message')
    await office.dovecot.deliver(support, Readable.from(source({ head, bytes, foot })))
    const [{ taken }] = (await said) as [{ taken: Taken }]
    const megabytes = taken.extra / 1_000_000
    process.stdout.write(
      `48 MiB attachment on disk: ${megabytes.toFixed(1)} MB more memory, ${taken.milliseconds} ms with its delivery\n`,
    )
    expect((await readFile(taken.path)).equals(bytes)).toBe(true)
    expect(megabytes).toBeLessThanOrEqual(64)
    const ended = once(child, 'exit')
    child.send('done')
    await ended
  } finally {
    child.kill('SIGKILL')
  }
}, 60_000)

it('hands over a mail within a second and a half of its delivery when the server pushes', async () => {
  const support = office.fresh('support')
  const host = createMemoryHost({ channel: 'mail' })
  const adapter = createEmailAdapter({ ...office.options(support), pace: {} })
  await adapter.open(host)
  try {
    const times: number[] = []
    for (let round = 1; round <= 5; round += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      await office.dovecot.deliver(
        support,
        letter({ from: 'lin@people.test', to: support, id: `m${round}`, text: 'hello' }),
      )
      const began = performance.now()
      while (host.arrivals.length < round) await new Promise((resolve) => setTimeout(resolve, 2))
      times.push(performance.now() - began)
    }
    const sorted = times.toSorted((one, other) => one - other)
    process.stdout.write(`from delivery to the relay: ${sorted.map((one) => Math.round(one)).join(', ')} ms\n`)
    expect(sorted.at(-1)).toBeLessThan(1_500)
  } finally {
    await adapter.close()
  }
}, 30_000)

it('catches up with a hundred mails a second and more', async () => {
  const support = office.fresh('support')
  const count = 500
  for (let index = 0; index < count; index += 1)
    await office.dovecot.deliver(
      support,
      letter({ from: `p${index}@people.test`, to: support, id: `m${index}`, text: `mail ${index}` }),
    )
  const host = createMemoryHost({ channel: 'mail' })
  const adapter = createEmailAdapter({ ...office.options(support), backlogDays: 1 })
  const began = performance.now()
  await adapter.open(host)
  try {
    await expect.poll(() => host.arrivals.length, { timeout: 20_000, interval: 5 }).toBe(count)
    const perSecond = (count / (performance.now() - began)) * 1_000
    process.stdout.write(`catching up: ${Math.round(perSecond)} mails a second\n`)
    expect(perSecond).toBeGreaterThan(100)
  } finally {
    await adapter.close()
  }
}, 40_000)

function start(options: object): ChildProcess {
  const script = fileURLToPath(new URL('test-large-mail.ts', import.meta.url))
  return fork(script, [JSON.stringify(options)], { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
}

/** The mail in pieces, so that this process does not hold it whole either. */
function* source({ head, bytes, foot }: { head: string; bytes: Buffer; foot: string }): Generator<string> {
  yield head
  // 57 bytes are a line of 76 characters.
  const piece = 57 * 1_000
  for (let at = 0; at < bytes.length; at += piece)
    yield bytes
      .subarray(at, at + piece)
      .toString('base64')
      .replace(/.{76}/g, '$&\r\n')
  yield foot
}
