import type { Host } from '@hutong/core/adapter'
import { HutongError } from '@hutong/core/errors'
import { z } from 'zod'

/** One access token for all nodes. The platform ends it after two hours, and some of its ways end the one before at once. */
export interface AccessToken {
  /** A token that is valid for the next minutes. Rejects as `request` does when there is none. */
  current(): Promise<string>
  /** The one to use instead of a token that the platform has refused. `throttled` when a new one may not be asked for yet. */
  refused(token: string): Promise<string>
}

export interface AccessTokenOptions {
  host: Pick<Host, 'state' | 'lease' | 'clock'>
  /** Unique among the tokens of the channel. */
  name: string
  /** Asks the platform; `force` ends the token before. `expiresIn` is in seconds. */
  request(force: boolean): Promise<{ token: string; expiresIn: number }>
  /** How to let time pass while another node asks. */
  wait?(ms: number): Promise<void>
}

const kept = z.object({
  token: z.string(),
  /** When it was got and when it ends, in ms. */
  asked: z.number(),
  until: z.number(),
  /** When new ones were forced, in ms. */
  forced: z.array(z.number()),
})
type Kept = z.output<typeof kept>

const RENEW_MS = 5 * 60_000
const LEASE_MS = 30_000
const LOOK_MS = 200
const MOST_LOOKS = 225
const RETRY_MS = 10_000
const DAY_MS = 24 * 3_600_000
// WeChat allows 20 a day, 30 s apart: https://developers.weixin.qq.com/doc/service/api/base/api_getstableaccesstoken.html
const FORCED_APART_MS = 30_000
const FORCED_A_DAY = 15

export function createAccessToken(options: AccessTokenOptions): AccessToken {
  const { host, name, request, wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms)) } = options
  const { state, clock } = host
  const key = `access-token:${name}`
  let held: Kept | undefined
  let underWay: { instead: string | undefined; promise: Promise<string> } | undefined
  let retryAt = 0

  async function look(): Promise<Kept | undefined> {
    const found = kept.safeParse(await state.get(key))
    if (found.success) held = found.data
    return found.data
  }

  /** What other nodes have found meanwhile, if it serves: not the refused one, and not one that is about to end. */
  async function shared(instead: string | undefined): Promise<string | undefined> {
    const found = await look()
    if (found === undefined || found.token === instead) return undefined
    return serves(found) ? found.token : undefined
  }

  async function ask(force: boolean): Promise<Omit<Kept, 'forced'>> {
    const asked = clock.now()
    const { token, expiresIn } = await request(force)
    return { token, asked, until: asked + expiresIn * 1000 }
  }

  async function keep(fresh: Kept): Promise<Kept> {
    await state.set(key, fresh)
    held = fresh
    return fresh
  }

  async function fetchNew(instead: string | undefined): Promise<string> {
    const before = recent(held?.forced ?? [], clock.now())
    const first = await ask(false)
    if (first.token !== instead) return (await keep({ ...first, forced: before })).token
    // Written before the call: it counts at the platform whether its answer arrives or not.
    const forced = [...mayForce(before, clock.now()), clock.now()]
    await keep({ ...first, forced })
    return (await keep({ ...(await ask(true)), forced })).token
  }

  /** Asks the platform on one node; the others look for what that one finds. */
  async function renew(instead: string | undefined): Promise<string> {
    for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
      const found = await shared(instead)
      if (found !== undefined) return found
      const lease = await host.lease(key, LEASE_MS)
      if (lease === undefined) {
        if (looks === 0 && instead === undefined && lives(held)) return held.token
        await wait(LOOK_MS)
        continue
      }
      try {
        return (await shared(instead)) ?? (await fetchNew(instead))
      } finally {
        await lease.release()
      }
    }
    throw new HutongError('unreachable', 'another node asks for the access token, but none has come')
  }

  function lives(one: Kept | undefined): one is Kept {
    return one !== undefined && one.until > clock.now()
  }

  /** Whether it need not be renewed: it has time left, or the platform gave just this one a moment ago. */
  function serves(one: Kept): boolean {
    const now = clock.now()
    return lives(one) && (one.until - RENEW_MS > now || one.asked + RETRY_MS > now)
  }

  function once(instead: string | undefined): Promise<string> {
    if (underWay !== undefined && (instead === undefined || underWay.instead === instead)) return underWay.promise
    const promise = renew(instead).finally(() => {
      if (underWay?.promise === promise) underWay = undefined
    })
    underWay = { instead, promise }
    return promise
  }

  return {
    async current() {
      if (held !== undefined && serves(held)) return held.token
      if (lives(held) && clock.now() < retryAt) return held.token
      try {
        return await once(undefined)
      } catch (thrown) {
        if (!lives(held)) throw thrown
        retryAt = clock.now() + RETRY_MS
        return held.token
      }
    },
    async refused(token) {
      if (lives(held) && held.token !== token) return held.token
      return once(token)
    },
  }
}

/** Those of the last day. What lies ahead by more than nodes differ was written before the clock was set back, and says nothing. */
function recent(forced: readonly number[], now: number): number[] {
  return forced.filter((at) => at > now - DAY_MS && at <= now + FORCED_APART_MS)
}

/** The times of those before, unless it is too soon for another. */
function mayForce(forced: readonly number[], now: number): readonly number[] {
  const last = forced.at(-1) ?? 0
  const wait = forced.length >= FORCED_A_DAY ? (forced[0] ?? now) + DAY_MS - now : last + FORCED_APART_MS - now
  if (wait <= 0) return forced
  throw new HutongError('throttled', 'the platform refuses its own access token, and a new one may not be forced yet', {
    retryAfter: wait,
  })
}
