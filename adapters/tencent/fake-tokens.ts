import type { FakeClock } from './fake-clock.ts'

/** What a platform finds when it looks at an access token. */
export type FakeTokenState = 'valid' | 'missing' | 'unknown' | 'expired' | 'replaced'

/** A table of access tokens. A `slot` is what holds one token at a time: an account, a secret, an endpoint of its own. */
export interface FakeTokens {
  /** The token of a slot, the same one until `renewMs` before its end, then a new one; the old one lives on to its own end. */
  current(slot: string, renewMs?: number): FakeToken
  /** A new token, which ends the one before at once. */
  replace(slot: string): FakeToken
  look(token: string | null): FakeTokenState
  /** Ends every token before its time, as platforms do now and then. */
  expire(): void
}

export interface FakeToken {
  readonly token: string
  /** Whole seconds it will still be valid. */
  readonly expiresIn: number
}

export interface FakeTokensOptions {
  clock: FakeClock
  /** Milliseconds that a token lives. */
  lifeMs?: number
}

export function createFakeTokens({ clock, lifeMs = 7_200_000 }: FakeTokensOptions): FakeTokens {
  const issued = new Map<string, { until: number; replaced: boolean }>()
  const slots = new Map<string, string>()

  function issue(slot: string): FakeToken {
    const token = `${issued.size + 1}_${crypto.randomUUID().replaceAll('-', '')}${'x'.repeat(96)}`
    issued.set(token, { until: clock.now() + lifeMs, replaced: false })
    slots.set(slot, token)
    return { token, expiresIn: Math.floor(lifeMs / 1000) }
  }

  return {
    current(slot, renewMs = 0) {
      const token = slots.get(slot)
      const left = token === undefined ? 0 : (issued.get(token)?.until ?? 0) - clock.now()
      if (token === undefined || left <= renewMs) return issue(slot)
      return { token, expiresIn: Math.floor(left / 1000) }
    },
    replace(slot) {
      const before = issued.get(slots.get(slot) ?? '')
      if (before) before.replaced = true
      return issue(slot)
    },
    look(token) {
      if (token === null || token === '') return 'missing'
      const found = issued.get(token)
      if (found === undefined) return 'unknown'
      if (found.replaced) return 'replaced'
      return found.until <= clock.now() ? 'expired' : 'valid'
    },
    expire() {
      for (const one of issued.values()) one.until = Math.min(one.until, clock.now())
    },
  }
}
