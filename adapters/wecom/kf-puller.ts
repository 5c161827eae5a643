import type { Host, Lease } from '@hutong/core/adapter'
import { HutongError, toHutongError } from '@hutong/core/errors'
import type { KfCalls, KfPage } from './kf-calls.ts'

/** Reads one account from where it stopped to its end. One node reads at a time. */
export interface KfPuller {
  /** Resolves once everything that was there when it was called is durable. `token` comes from the callback that says so. */
  wake(token?: string): Promise<void>
  close(): Promise<void>
}

export interface KfPullerOptions {
  host: Pick<Host, 'state' | 'lease' | 'logger'>
  calls: Pick<KfCalls, 'sync'>
  openKfId: string
  /** Takes in a page; `state` is written with the last of it. Resolves once it is durable. */
  take(page: KfPage, state: { key: string; value: string }, goOn: () => void): Promise<void>
  wait(ms: number): Promise<void>
}

const LEASE_MS = 30_000
const RENEW_MS = 8_000
/** Of 1000 that the platform allows: the files of a page are fetched together. */
const LARGEST_PAGE = 100
const LOOK_MS = 200
const MOST_LOOKS = 300
/** The platform gives pages without messages now and then, but not for ever. */
const MOST_EMPTY = 100

export function createKfPuller({ host, calls, openKfId, take, wait }: KfPullerOptions): KfPuller {
  const key = `cursor:${openKfId}`
  let running: Promise<void> | undefined
  let next: { promise: Promise<void>; token: string | undefined } | undefined
  let over = false
  let limit = LARGEST_PAGE

  /** Undefined when another node reads the account for long: it reads to the end, and looks come again. */
  async function acquire(): Promise<Lease | undefined> {
    for (let looks = 0; looks < MOST_LOOKS && !over; looks += 1) {
      const lease = await host.lease(`pull:${openKfId}`, LEASE_MS)
      if (lease !== undefined) return lease
      await wait(LOOK_MS)
    }
    return undefined
  }

  /** A page that cannot be read, as one that is too large or too slow, is read in smaller ones. */
  async function sync(cursor: string, token: string | undefined): Promise<KfPage> {
    try {
      const page = await calls.sync(openKfId, { cursor, token, limit })
      limit = Math.min(LARGEST_PAGE, limit * 2)
      return page
    } catch (thrown) {
      if (toHutongError(thrown).code === 'timeout') limit = Math.max(1, Math.floor(limit / 4))
      throw thrown
    }
  }

  async function read(token: string | undefined, goOn: () => void): Promise<void> {
    let cursor = String((await host.state.get(key)) ?? '')
    let empty = 0
    for (let more = true; more; ) {
      goOn()
      const page = await sync(cursor, token)
      goOn()
      const reached = page.cursor === '' ? cursor : page.cursor
      await take(page, { key, value: reached }, goOn)
      cursor = reached
      empty = page.messages.length === 0 ? empty + 1 : 0
      // Without a place to go on from, the same page would come for ever.
      more = page.more && page.cursor !== '' && empty < MOST_EMPTY
    }
  }

  async function pull(token: string | undefined): Promise<void> {
    const lease = await acquire()
    if (lease === undefined) return
    let lost = false
    const renewing = setInterval(async () => {
      lost ||= !(await lease.renew().catch(() => false))
    }, RENEW_MS)
    try {
      await read(token, () => {
        if (over) throw new HutongError('unavailable', 'the channel is closed')
        if (lost) throw new HutongError('unavailable', 'another node has begun to read the account')
      })
    } finally {
      clearInterval(renewing)
      await lease.release()
    }
  }

  function start(token: string | undefined): Promise<void> {
    const begun = pull(token).finally(() => {
      if (running === begun) running = undefined
    })
    running = begun
    return begun
  }

  return {
    wake(token) {
      if (next !== undefined) {
        next.token = token ?? next.token
        return next.promise
      }
      if (running === undefined) return start(token)
      const promise = running
        .catch((thrown: unknown) => {
          host.logger.debug({ code: toHutongError(thrown).code }, 'reading again')
        })
        .then(() => {
          const latest = next?.token
          next = undefined
          return start(latest)
        })
      next = { promise, token }
      return promise
    },
    async close() {
      over = true
      await Promise.allSettled([running, next?.promise])
    },
  }
}
