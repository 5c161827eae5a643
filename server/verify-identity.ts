import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto'
import type { Adapter } from '@hutong/core/adapter'
import type { Contact, Conversation } from '@hutong/core/conversation'
import { HutongError, toHutongError } from '@hutong/core/errors'
import { newId } from '@hutong/core/ids'
import type { Words } from './address-words.ts'
import type { Merge } from './merge.ts'
import { RELAY } from './route.ts'
import type { LogStore, PeopleStore, SmallStore } from './stores/store.ts'

export interface VerifyIdentityOptions {
  store: Pick<PeopleStore, 'contact' | 'addIdentity'> & Pick<LogStore, 'find'> & Pick<SmallStore, 'get' | 'set'>
  /** The channel whose addresses are proven. */
  adapter: Pick<Adapter, 'channel' | 'send'>
  merge: Merge
  now(): number
}

export interface VerifyIdentity {
  /** Sends a code to the address. Rejects with `throttled` after too many, or with what the channel says. */
  issue(conversation: Conversation, address: string, words: Words): Promise<void>
  /**
   * Resolves with the address that the code proves. Rejects with `forbidden` for a wrong code, `gone` when there is none (too
   * old, tried too often): then a new one is needed.
   */
  confirm(conversation: Conversation, code: string): Promise<string>
}

export const CODE_MS = 600_000
export const CODE_TRIES = 5
/** RFC 5321 */
const ADDRESS_MAX = 254
const HOUR = 3_600_000
/** Most codes per contact, and per address whoever asks, in an hour. */
const CODES = 3

interface Pending {
  address: string
  salt: string
  hash: string
  until: number
  tries: number
}

/** Proof of an address by a code that is sent to it. Nothing that anybody wrote travels with the code. */
export function createVerifyIdentity({ store, adapter, merge, now }: VerifyIdentityOptions): VerifyIdentity {
  const { channel } = adapter
  const scope = `proof:${channel}`
  const inTurn = createTurns()

  async function spend(name: string): Promise<void> {
    const key = `sent:${name}`
    const sent = ((await store.get(scope, key)) ?? []) as number[]
    const recent = sent.filter((at) => at > now() - HOUR)
    const oldest = recent[0]
    if (recent.length >= CODES && oldest !== undefined)
      throw new HutongError('throttled', 'too many codes were asked for', { retryAfter: oldest + HOUR - now() })
    await store.set(scope, key, [...recent, now()])
  }

  async function send({ id, last }: Conversation, address: string, text: string): Promise<void> {
    const key = newId('k')
    const parts = [{ kind: 'text' as const, text, format: 'plain' as const }]
    const entry = {
      conversation: id,
      seq: last,
      key,
      at: now(),
      from: RELAY,
      body: { kind: 'message' as const, parts },
    }
    await adapter.send({ key: `code:${key}`, to: { address, conversation: id }, entry, parts, changes: [], attempt: 1 })
  }

  async function own({ contact: id, site }: Conversation, address: string): Promise<void> {
    const contact = await store.contact(id)
    const at = Math.max(now(), (contact as Contact).createdAt + 1)
    const identity = { channel, address, verified: 'code' as const, at }
    try {
      await store.addIdentity(id, identity)
    } catch (thrown) {
      const owner = (await store.find(site, channel, address))?.contact
      if (toHutongError(thrown).code !== 'conflict' || owner === undefined) throw thrown
      await store.addIdentity(owner, identity)
      await merge.merge(RELAY, id, owner).catch((error: unknown) => {
        if (toHutongError(error).code !== 'conflict') throw error
      })
    }
  }

  return {
    issue: (conversation, address, words) =>
      inTurn(conversation.contact, async () => {
        if (address.length > ADDRESS_MAX) throw new HutongError('invalid', 'the address is too long')
        await spend(conversation.contact)
        await spend(address)
        const code = String(randomInt(1_000_000)).padStart(6, '0')
        const salt = randomBytes(16).toString('base64url')
        const pending: Pending = { address, salt, hash: hashOf(code, salt), until: now() + CODE_MS, tries: 0 }
        await store.set(scope, conversation.contact, pending)
        await send(conversation, address, words.mail(code))
      }),
    confirm: (conversation, code) =>
      inTurn(conversation.contact, async () => {
        const pending = (await store.get(scope, conversation.contact)) as Pending | undefined
        if (!pending || pending.until <= now() || pending.tries >= CODE_TRIES)
          throw new HutongError('gone', 'the code is not valid any more')
        const right = timingSafeEqual(
          Buffer.from(hashOf(code.replaceAll(/\s/g, ''), pending.salt)),
          Buffer.from(pending.hash),
        )
        await store.set(scope, conversation.contact, right ? undefined : { ...pending, tries: pending.tries + 1 })
        if (!right) throw new HutongError('forbidden', 'that is not the code')
        await own(conversation, pending.address)
        return pending.address
      }),
  }
}

function hashOf(code: string, salt: string): string {
  return createHash('sha256').update(`${salt}:${code}`).digest('hex')
}

/** One at a time per name, so that tries made at once are counted one by one. */
function createTurns() {
  const last = new Map<string, Promise<unknown>>()
  return async function inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = last.get(name) ?? Promise.resolve()
    const mine = before.then(work, work)
    last.set(name, mine)
    try {
      return await mine
    } finally {
      if (last.get(name) === mine) last.delete(name)
    }
  }
}
