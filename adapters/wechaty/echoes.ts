import type { Clock } from '@hutong/core/adapter'
import { type MessagePayload, TYPE } from './bot.ts'
import type { Draft } from './codec.ts'

/** Puppets tell what the account has said like everybody's words, also what was sent from here. */
export interface Echoes {
  /** To be called before a message is sent. */
  expect(address: string, draft: Draft): Expected
  /** Whether this message of the account was sent from here. Waits for what is being sent there. */
  isOurs(address: string, payload: MessagePayload): Promise<boolean>
}

export interface Expected {
  /** The message was or may have been sent, under this id where it is known. */
  sent(id?: string): void
  /** It surely was not. */
  failed(): void
}

interface Awaited {
  address: string
  looks: string
  at: number
  settled: Promise<void>
  id?: string
}

const KEPT_MS = 10 * 60_000
const MOST = 1_000

export function createEchoes({ now }: Clock): Echoes {
  let all: Awaited[] = []

  function forget(one: Awaited): void {
    all = all.filter((other) => other !== one)
  }

  return {
    expect(address, draft) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const one: Awaited = { address, looks: looksOf(draft), at: now(), settled: promise }
      all = [...all.filter(({ at }) => at > now() - KEPT_MS), one].slice(-MOST)
      return {
        sent(id) {
          if (id !== undefined) one.id = id
          resolve()
        },
        failed() {
          forget(one)
          resolve()
        },
      }
    },
    async isOurs(address, payload) {
      await Promise.all(all.filter((one) => one.address === address).map(({ settled }) => settled))
      const there = all.filter((one) => one.address === address)
      if (there.some(({ id }) => id === payload.id)) return true
      const looks = looksOfMessage(payload)
      const alike = there.find((one) => one.id === undefined && one.looks === looks)
      if (alike) forget(alike)
      return alike !== undefined
    },
  }
}

function looksOf(draft: Draft): string {
  return draft.kind === 'text' ? `text ${draft.text.trim()}` : draft.kind
}

const FILES: readonly number[] = [TYPE.attachment, TYPE.audio, TYPE.emoticon, TYPE.image, TYPE.video]

function looksOfMessage({ type, text = '' }: MessagePayload): string {
  if (type === TYPE.text) return `text ${text.trim()}`
  if (type === TYPE.url) return 'url'
  if (type === TYPE.miniProgram) return 'mini-program'
  return FILES.includes(type) ? 'file' : `type ${type}`
}
