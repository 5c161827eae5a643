import { randomBytes, randomInt, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { Adapter } from '@hutong/core/adapter'
import type { Contact, Conversation } from '@hutong/core/conversation'
import { HutongError, toHutongError } from '@hutong/core/errors'
import { newId } from '@hutong/core/ids'
import type { Words } from './address-words.ts'
import type { Merge } from './merge.ts'
import { RELAY } from './route.ts'
import type { LogStore, PeopleStore, ProofStore } from './stores/store.ts'

export interface VerifyIdentityOptions {
  store: Pick<PeopleStore, 'contact' | 'addIdentity'> & Pick<LogStore, 'find'> & ProofStore
  /** The channel whose addresses are proven. */
  adapter: Pick<Adapter, 'channel' | 'send'>
  merge: Merge
  now(): number
}

export interface VerifyIdentity {
  /** Sends a code to the address. Rejects with `throttled` after too many, or with what the channel says. */
  issue(conversation: Conversation, address: string, words: Words): Promise<void>
  /**
   * Makes the address that the code proves one of the contact's and calls `proven`, both before the code is used up: after a
   * crash in between the same code does it again. Rejects with `forbidden` for a wrong code, or one that was sent to another
   * address than it came back from; `throttled` after too many in a
   * day; `gone` when there is none (too old, tried too often): then a new one is needed; `conflict` when it was used.
   */
  confirm(conversation: Conversation, given: Given, proven: (proof: Proven) => Promise<void>): Promise<void>
}

export interface Given {
  code: string
  /** From where it came back, when it came by mail. */
  address?: string
}

export interface Proven {
  /** Of the code, not of the answer: two answers with one code prove one thing. */
  id: string
  address: string
}

export const CODE_MS = 600_000
export const CODE_TRIES = 5
/** RFC 5321 */
const ADDRESS_MAX = 254
const HOUR = 3_600_000
const DAY = 24 * HOUR
/** Most codes per contact, and per address whoever asks, in an hour. */
const CODES_AN_HOUR = 3
/** Most answers per contact, and per address whoever guesses, in a day: whoever guesses all day is right on one day of 66 666. */
const GUESSES_A_DAY = 15

/** Proof of an address by a code that is sent to it. Nothing that anybody wrote travels with the code. */
export function createVerifyIdentity({ store, adapter, merge, now }: VerifyIdentityOptions): VerifyIdentity {
  const { channel } = adapter

  async function spend(what: string, who: readonly string[], { most, ms }: { most: number; ms: number }) {
    const names = who.map((name) => `${what}:${channel}:${name}`)
    const room = await store.spend(names, { now: now(), until: now() + ms, most })
    if (room !== undefined)
      throw new HutongError('throttled', 'too many codes were asked for or given', { retryAfter: room - now() })
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
    await adapter.send({
      key: `code:${key}`,
      to: { address, conversation: id },
      entry,
      parts,
      changes: [],
      attempt: 1,
      code: true,
    })
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
    async issue(conversation, address, words) {
      if (address.length > ADDRESS_MAX) throw new HutongError('invalid', 'the address is too long')
      const { contact, site } = conversation
      await spend('code', [contact, address], { most: CODES_AN_HOUR, ms: HOUR })
      const code = String(randomInt(1_000_000)).padStart(6, '0')
      const salt = randomBytes(16).toString('base64url')
      const hash = (await hashOf(code, salt)).toString('base64url')
      await store.openProof({ id: newId('k'), channel, contact, site, address, salt, hash, until: now() + CODE_MS })
      await send(conversation, address, words.mail(code))
    },
    async confirm(conversation, given, proven) {
      const { contact, site } = conversation
      const proof = await store.tryProof({ channel, contact, site }, { now: now(), most: CODE_TRIES })
      if (!proof) throw new HutongError('gone', 'the code is not valid any more')
      if ((given.address ?? proof.address) !== proof.address)
        throw new HutongError('forbidden', 'the code was sent to another address')
      if (proof.used) throw new HutongError('conflict', 'the code was used already')
      const { id, address, salt, hash } = proof
      await spend('guess', [contact, address], { most: GUESSES_A_DAY, ms: DAY })
      const hashed = await hashOf(given.code.replaceAll(/\s/g, ''), salt)
      if (!timingSafeEqual(hashed, Buffer.from(hash, 'base64url')))
        throw new HutongError('forbidden', 'that is not the code')
      await own(conversation, address)
      await proven({ id, address })
      await store.useProof(id)
    },
  }
}

const derive = promisify<string, string, number, Buffer>(scrypt)

/** Slow, because there are only a million codes: whoever reads the store does not know them before their time is over. */
async function hashOf(code: string, salt: string): Promise<Buffer> {
  return derive(code, salt, 32)
}
