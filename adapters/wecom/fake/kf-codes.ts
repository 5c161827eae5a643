import type { FakeClock } from '@hutong/tencent/fake-clock'
import type { KfSession } from './kf-sessions.ts'

/** What a code was given for, and so what may be sent with it and how long. */
const RULES = {
  welcome: { ms: 20_000, types: ['text', 'msgmenu'] },
  pool: { ms: 48 * 3_600_000, types: ['text'] },
  servicer: { ms: 48 * 3_600_000, types: ['text'] },
  end: { ms: 20_000, types: ['text', 'msgmenu'] },
} as const

export type KfOccasion = keyof typeof RULES

export interface KfCode {
  readonly session: KfSession
  readonly occasion: KfOccasion
  readonly types: readonly string[]
}

/** Codes that are each good for one message (https://developer.work.weixin.qq.com/document/path/95122). */
export interface KfCodes {
  give(session: KfSession, occasion: KfOccasion): string
  /** Undefined for one that never was, was used or is over. */
  find(code: string): KfCode | undefined
  spend(code: string): void
}

export function createKfCodes(clock: FakeClock): KfCodes {
  const codes = new Map<string, { session: KfSession; occasion: KfOccasion; until: number }>()
  return {
    give(session, occasion) {
      const code = `CODE${crypto.randomUUID().replaceAll('-', '')}`
      codes.set(code, { session, occasion, until: clock.now() + RULES[occasion].ms })
      return code
    },
    find(code) {
      const found = codes.get(code)
      if (found === undefined || found.until <= clock.now()) return undefined
      return { session: found.session, occasion: found.occasion, types: RULES[found.occasion].types }
    },
    spend: (code) => void codes.delete(code),
  }
}
