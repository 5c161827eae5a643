import type { FakeClock } from '@hutong/tencent/fake-clock'

/**
 * What a customer did that lets the account write: how many messages and for how long
 * (https://developers.weixin.qq.com/doc/subscription/api/customer/message/api_sendcustommessage.html). Each occasion starts its own
 * count anew. The adapter has the same table, read from the same page.
 */
const RULES = {
  message: { count: 5, ms: 48 * 3_600_000 },
  menu: { count: 3, ms: 60_000 },
  subscribe: { count: 3, ms: 60_000 },
  scan: { count: 3, ms: 60_000 },
} as const

export type Occasion = keyof typeof RULES

/** How many customer service messages one customer may still get; what ends first is used first. */
export interface Allowance {
  grant(occasion: Occasion): void
  /** Takes one message off, or says why there is none: `closed` when no occasion is recent enough, `spent` when all are used. */
  spend(): 'spent' | 'closed' | undefined
  revoke(): void
}

export function createAllowance(clock: FakeClock): Allowance {
  const grants = new Map<Occasion, { left: number; until: number }>()
  return {
    grant(occasion) {
      const { count, ms } = RULES[occasion]
      grants.set(occasion, { left: count, until: clock.now() + ms })
    },
    spend() {
      const open = [...grants.values()].filter(({ until }) => until > clock.now())
      const [first] = open.filter(({ left }) => left > 0).sort((one, other) => one.until - other.until)
      if (first === undefined) return open.length > 0 ? 'spent' : 'closed'
      first.left -= 1
      return undefined
    },
    revoke: () => grants.clear(),
  }
}
