import type { Logger } from '@hutong/core/adapter'
import { type HutongError, toHutongError } from '@hutong/core/errors'
import { backoff } from './backoff.ts'
import { createPlaces, type Kind } from './places.ts'
import type { ClaimedDelivery, OutboxStore, Settlement } from './stores/store.ts'

/** Makes one delivery. Rejects with a HutongError; retryable ones are tried again with the same key. */
export type Deliver = (delivery: ClaimedDelivery, signal: AbortSignal) => Promise<Settlement>

export interface OutboxOptions {
  store: OutboxStore
  /** The name of this node in leases. */
  owner: string
  /** Who delivers to targets that begin with this word and a colon. */
  carriers: Readonly<Record<string, Carrier>>
  now(): number
  logger: Logger
  leaseMs?: number
}

export interface Carrier {
  /** Whose places its deliveries take; the relay's own if left out. */
  kind?: Kind
  deliver: Deliver
  /** Tries before the delivery is dead. */
  tries: number
  /** Milliseconds before each further try after this error, in place of `tries` and the usual back-off. */
  waits?(delivery: ClaimedDelivery, error: HutongError): readonly number[] | undefined
  /** Called once when a delivery is given up; what it rejects with is logged and the delivery is dead all the same. */
  gaveUp?(delivery: ClaimedDelivery, error: HutongError): Promise<void>
}

export interface Outbox {
  /** Something may be due: look now. */
  wake(): void
  /** Claims no more, lets what is under way finish for `ms`, aborts the rest and gives its claims back. */
  stop(ms: number): Promise<void>
}

/** Longest silence after a crash before another try; a living node renews in a third of it. */
export const DEFAULT_LEASE = 10_000
/** How often the outbox looks without having been woken: other nodes and clocks. */
const IDLE_MS = 5_000
/** How soon it looks again when the store could not be reached. */
const RETRY_MS = 1_000
/** Deliveries taken at once. */
const CLAIM = 16

/**
 * Per lane in order, lanes side by side; a lane that waits for its next try holds up nobody else, and neither does a target that takes
 * its time: see `createPlaces`.
 */
export function createOutbox(options: OutboxOptions): Outbox {
  const { store, owner, now, leaseMs = DEFAULT_LEASE } = options
  const under = new Map<number, Promise<void>>()
  const places = createPlaces((target) => carrierOf(options, target)?.kind ?? 'relay')
  const abort = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let looking: Promise<void> | undefined
  let again = false
  let stopped = false

  const renewal = setInterval(() => void renew(), leaseMs / 3)
  renewal.unref()

  async function renew(): Promise<void> {
    if (under.size > 0) await store.renew([...under.keys()], owner, now() + leaseMs).catch(report)
  }

  function report(error: unknown): void {
    options.logger.error({ err: error }, 'the outbox could not reach the store')
  }

  function wake(): void {
    if (stopped) return
    if (looking) {
      again = true
      return
    }
    looking = look()
      .catch((error: unknown) => {
        report(error)
        rest(RETRY_MS)
      })
      .finally(() => {
        looking = undefined
        if (again) {
          again = false
          wake()
        }
      })
  }

  async function look(): Promise<void> {
    clearTimeout(timer)
    const at = now()
    const claimed = await store.claim({ owner, now: at, leaseMs, limit: CLAIM, room: places.left })
    for (const delivery of claimed) {
      places.take(delivery.target)
      const work = carry(options, delivery, abort.signal)
        .catch(report)
        .finally(() => {
          under.delete(delivery.id)
          places.leave(delivery.target)
          wake()
        })
      under.set(delivery.id, work)
    }
    if (claimed.length === CLAIM) again = true
    else await sleep(at)
  }

  /** What was due before it looked waits for a place, and whoever leaves one wakes the outbox. */
  async function sleep(looked: number): Promise<void> {
    rest(IDLE_MS)
    const due = await store.nextDue(looked)
    if (stopped) return
    const wait = due === undefined ? IDLE_MS : Math.min(IDLE_MS, Math.max(10, due - now()))
    rest(wait)
  }

  function rest(ms: number): void {
    clearTimeout(timer)
    if (!stopped) timer = setTimeout(wake, ms).unref()
  }

  async function stop(ms: number): Promise<void> {
    stopped = true
    clearTimeout(timer)
    clearInterval(renewal)
    await looking
    const work = Promise.all(under.values())
    const late = setTimeout(() => abort.abort(new Error('the relay is going away')), ms)
    await work
    clearTimeout(late)
    await store.release(owner)
  }

  return { wake, stop }
}

function carrierOf({ carriers }: OutboxOptions, target: string): Carrier | undefined {
  return carriers[target.slice(0, target.indexOf(':'))]
}

async function carry(options: OutboxOptions, delivery: ClaimedDelivery, signal: AbortSignal): Promise<void> {
  const carrier = carrierOf(options, delivery.target)
  const settlement = await attempt(options, { delivery, carrier, signal })
  await options.store.settle(delivery.id, options.owner, settlement)
}

interface Attempt {
  delivery: ClaimedDelivery
  carrier: Carrier | undefined
  signal: AbortSignal
}

async function attempt(options: OutboxOptions, { delivery, carrier, signal }: Attempt): Promise<Settlement> {
  if (!carrier) return { state: 'dead', error: `nobody delivers to ${delivery.target}` }
  try {
    return await carrier.deliver(delivery, signal)
  } catch (thrown) {
    if (signal.aborted) return { state: 'wait', due: 0 }
    const error = toHutongError(thrown)
    const { id, target, attempt } = delivery
    const waits = carrier.waits?.(delivery, error)
    const tries = waits ? waits.length + 1 : carrier.tries
    if (error.retryable && attempt < tries) {
      options.logger.warn(
        { delivery: id, target, attempt, code: error.code, reason: error.message, err: error.cause },
        'a delivery will be tried again',
      )
      const wait = waitFor(error, attempt, waits)
      const { retryAfter } = error
      const rest = retryAfter !== undefined && retryAfter > 0 ? { rest: options.now() + retryAfter } : {}
      return { state: 'retry', due: options.now() + wait, ...rest, error: error.message }
    }
    options.logger.error(
      { delivery: id, target, attempt, code: error.code, reason: error.message, err: error.cause },
      'a delivery was given up',
    )
    await carrier
      .gaveUp?.(delivery, error)
      .catch((err: unknown) => options.logger.error({ delivery: id, err }, 'the fallback failed'))
    return { state: 'dead', error: error.message }
  }
}

/** The other end may ask for more time than a schedule gives, and never uses its tries up sooner; jitter keeps what failed together from coming back together. */
function waitFor({ retryAfter }: HutongError, attempt: number, waits: readonly number[] | undefined): number {
  if (!waits) return backoff(attempt, retryAfter === undefined ? {} : { retryAfter })
  const asked = retryAfter ?? 0
  return Math.max(asked, Math.min(jittered(asked), DAY), jittered(waits[attempt - 1] ?? 0))
}

/** Nobody is left alone longer than this for having asked. */
const DAY = 24 * 3_600_000

function jittered(ms: number): number {
  return Math.round(ms * (1 + Math.random() / 10))
}
