import type { Payload } from '@hutong/tencent/payload'
import { type Outgoing, passive } from './codec.ts'

/** Answers to pushes that wait a moment for a reply: it then travels in the answer and costs none of the messages. */
export interface Waiting {
  /** The first reply to this customer within `ms`, as the fields of an answer; undefined when none came. */
  hold(openid: string, format: 'xml' | 'json', ms: number): Promise<Payload | undefined>
  /** Whether a waiting answer has taken the message along; then it must not be sent. */
  take(openid: string, message: Outgoing): boolean
  /** Lets all answers go. */
  close(): void
}

interface Held {
  format: 'xml' | 'json'
  answer(reply: Payload | undefined): void
}

export function createWaiting(): Waiting {
  const held = new Map<string, Held>()
  return {
    hold(openid, format, ms) {
      held.get(openid)?.answer(undefined)
      return new Promise((resolve) => {
        const mine: Held = {
          format,
          answer(reply) {
            clearTimeout(timer)
            if (held.get(openid) === mine) held.delete(openid)
            resolve(reply)
          },
        }
        const timer = setTimeout(() => mine.answer(undefined), ms)
        held.set(openid, mine)
      })
    },
    take(openid, message) {
      const one = held.get(openid)
      const reply = one && passive(message, one.format)
      if (one === undefined || reply === undefined) return false
      one.answer(reply)
      return true
    },
    close() {
      for (const one of [...held.values()]) one.answer(undefined)
    },
  }
}
