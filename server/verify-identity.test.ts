import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Conversation } from '@hutong/core/conversation'
import { createMemoryAdapter, createMemoryHost, createMemoryPlatform, type MemoryPlatform } from '@hutong/core/memory'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { wordsFor } from './address-words.ts'
import { createSqliteStore } from './stores/sqlite.ts'
import type { Store } from './stores/store.ts'
import { opening, say } from './stores/store-bench.ts'
import { createVerifyIdentity, type Proven, type VerifyIdentity } from './verify-identity.ts'

const ADA = 'ada@example.org'
const MINUTE = 60_000
const HOUR = 60 * MINUTE

let folder: string
let mail: MemoryPlatform
let open: Store[]
let verify: VerifyIdentity
let clock: number
let proven: Proven[]

/** A relay's part that proves addresses, started on the data that is there; the one before was not closed. */
async function start(): Promise<Store> {
  const store = createSqliteStore({ path: join(folder, 'hutong.sqlite') })
  await store.migrate()
  open.push(store)
  const adapter = createMemoryAdapter({ platform: mail, channel: 'mail' })
  await adapter.open(createMemoryHost({ channel: 'mail' }))
  const merge = { merge: async () => {}, unmerge: async () => {} }
  verify = createVerifyIdentity({ store, adapter, merge, now: () => clock })
  return store
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hutong-verify-'))
  mail = createMemoryPlatform()
  open = []
  clock = Date.now()
  proven = []
  await start()
})
afterEach(async () => {
  for (const store of open) await store.close()
  await rm(folder, { recursive: true })
})

async function visitor(address = 'visitor'): Promise<Conversation> {
  const store = open.at(-1)
  await store?.commit([say({ key: `hello:${address}`, to: opening(address), at: clock })])
  return (await store?.find('shop', 'web', address)) as Conversation
}

const words = wordsFor('en')
const code = (address = ADA) => /\d{6}/.exec(JSON.stringify(mail.inbox(address).at(-1)?.parts))?.[0] ?? ''
const wrong = () => String((Number(code()) + 1) % 1_000_000).padStart(6, '0')
const confirm = (conversation: Conversation, given: string) =>
  verify.confirm(conversation, { code: given }, async (proof) => void proven.push(proof))
const addresses = async ({ contact }: Conversation) =>
  (await open.at(-1)?.contact(contact))?.identities.map(({ address }) => address)

describe('a code', () => {
  it('counts after the relay was killed, and so do the wrong answers given before', async () => {
    const ada = await visitor()
    await verify.issue(ada, ADA, words)
    for (let tries = 0; tries < 4; tries += 1)
      await expect(confirm(ada, wrong())).rejects.toMatchObject({ code: 'forbidden' })
    await start()
    await confirm(ada, code())
    expect(await addresses(ada)).toEqual(['visitor', ADA])
    expect(proven).toMatchObject([{ address: ADA }])
  })

  it('is not taken at the sixth try, though it is right', async () => {
    const ada = await visitor()
    await verify.issue(ada, ADA, words)
    for (let tries = 0; tries < 5; tries += 1)
      await expect(confirm(ada, wrong())).rejects.toMatchObject({ code: 'forbidden' })
    await start()
    await expect(confirm(ada, code())).rejects.toMatchObject({ code: 'gone' })
    expect(await addresses(ada)).toEqual(['visitor'])
  })

  it('is taken once', async () => {
    const ada = await visitor()
    await verify.issue(ada, ADA, words)
    await confirm(ada, code())
    await expect(confirm(ada, code())).rejects.toMatchObject({ code: 'conflict' })
    expect(proven).toHaveLength(1)
  })

  it('proves one thing, under one name, when it is answered twice at once', async () => {
    const ada = await visitor()
    await verify.issue(ada, ADA, words)
    await Promise.allSettled([confirm(ada, code()), confirm(ada, code())])
    expect(await addresses(ada)).toEqual(['visitor', ADA])
    expect(new Set(proven.map(({ id }) => id)).size).toBe(1)
  })

  it('is still there when the relay was killed before the proof was written down', async () => {
    const ada = await visitor()
    await verify.issue(ada, ADA, words)
    const killed = verify.confirm(ada, { code: code() }, () => Promise.reject(new Error('killed')))
    await expect(killed).rejects.toThrow('killed')
    await start()
    await confirm(ada, code())
    expect(proven).toHaveLength(1)
  })

  it('is worth nothing to another contact, or in another site', async () => {
    const ada = await visitor()
    const eve = await visitor('eve')
    await verify.issue(ada, ADA, words)
    await expect(confirm(eve, code())).rejects.toMatchObject({ code: 'gone' })
    await expect(confirm({ ...ada, site: 'other' }, code())).rejects.toMatchObject({ code: 'gone' })
    await verify.issue(eve, 'eve@example.org', words)
    await expect(confirm(eve, code())).rejects.toMatchObject({ code: 'forbidden' })
    expect(await addresses(eve)).toEqual(['eve'])
  })

  it('ends after ten minutes', async () => {
    const ada = await visitor()
    await verify.issue(ada, ADA, words)
    clock += 10 * MINUTE
    await expect(confirm(ada, code())).rejects.toMatchObject({ code: 'gone' })
  })

  it('is nowhere on the disk as it was sent', async () => {
    const ada = await visitor()
    await verify.issue(ada, ADA, words)
    const { contact, site } = ada
    const kept = await open[0]?.tryProof({ channel: 'mail', contact, site }, { now: clock, most: 5 })
    expect(kept?.hash).toMatch(/^[\w-]{43}$/)
    expect(JSON.stringify(kept)).not.toContain(code())
  })
})

describe('a limit', () => {
  it('lets an address have three codes an hour, whoever asks and however often the relay restarts', async () => {
    for (const name of ['one', 'two', 'three']) await verify.issue(await visitor(name), ADA, words)
    await start()
    const four = await visitor('four')
    await expect(verify.issue(four, ADA, words)).rejects.toMatchObject({ code: 'throttled', retryAfter: HOUR })
    clock += HOUR
    await verify.issue(four, ADA, words)
    expect(mail.inbox(ADA)).toHaveLength(4)
  })

  it('lets a contact ask for three codes an hour, for whatever addresses, at once too', async () => {
    const ada = await visitor()
    const asked = Array.from({ length: 5 }, (_, index) => verify.issue(ada, `a${index}@example.org`, words))
    const refused = (await Promise.allSettled(asked)).filter(({ status }) => status === 'rejected')
    expect(refused).toHaveLength(2)
  })

  it('lets an address be guessed at fifteen times a day, by however many contacts', async () => {
    let guesses = 0
    for (let hour = 0; hour < 3; hour += 1) {
      for (const name of [`a${hour}`, `b${hour}`, `c${hour}`]) {
        const guesser = await visitor(name)
        await verify.issue(guesser, ADA, words)
        for (let tries = 0; tries < 5; tries += 1) {
          const outcome = await confirm(guesser, wrong()).catch((thrown: unknown) => thrown)
          if ((outcome as { code?: string }).code === 'forbidden') guesses += 1
          else expect(outcome).toMatchObject({ code: 'throttled' })
        }
      }
      clock += HOUR
    }
    expect(guesses).toBe(15)
  })
})
