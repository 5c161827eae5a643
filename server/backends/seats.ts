import type { Event } from '@hutong/core/backend'
import { HutongError } from '@hutong/core/errors'
import { createLosses } from './losses.ts'
import { createTaken, type Taken } from './taken-seat.ts'

/** One connection of a backend: where events can be brought. */
export interface Seat {
  /** Events it takes at once. */
  readonly credit: number
  /** Whether it may be brought events of this site. */
  enters(site: string): boolean
  /**
   * Resolves with what it was acknowledged with. Rejects when the connection ends first. `acknowledged` is called also when that
   * comes after the signal.
   */
  send(event: Event, signal: AbortSignal, acknowledged: () => void): Promise<unknown>
  /** Hangs up, so that the program connects again. */
  end(): void
}

export interface Seats<Answer> {
  sit(seat: Seat): () => void
  /** Rejects with `unavailable` when no connection may have the event. */
  bring(event: Event, signal: AbortSignal): Promise<Answer>
}

export interface SeatsOptions<Answer> {
  name: string
  /** Milliseconds without a single acknowledgement after which those of a connection are overdue. */
  overdueMs: number
  /** Milliseconds after which a connection that has all its credit unacknowledged, and acknowledges nothing, is hung up on. */
  stuckMs: number
  /** Makes an answer of an acknowledgement, or throws when it is none. */
  read(said: unknown): Answer
}

interface Bringing {
  event: Event
  /** Aborted when time is up. */
  signal: AbortSignal
  /** Aborted also when another connection has answered. */
  ended: AbortSignal
}

interface Placed<Answer> {
  taken: Taken
  answer: Promise<Answer>
  /** Resolves when `answer` is settled, however that went. */
  settled: Promise<true>
}

interface Going {
  bringing: Bringing
  /** Where it was brought before. */
  tried: ReadonlySet<Taken>
}

/**
 * Each event goes to the connection with the fewest unacknowledged, of several to the one that acknowledged last. One whose
 * acknowledgements are overdue gets nothing while another is well, which is brought what is under way there too: the first to
 * acknowledge is heard. What failed at one is brought to another.
 * What was under way when two were lost comes again after a rest, and alone of its kind: see `createLosses`.
 */
export function createSeats<Answer>({ name, overdueMs, stuckMs, read }: SeatsOptions<Answer>): Seats<Answer> {
  const seats = new Set<Taken>()
  const { wake, next } = createChanges()
  const losses = createLosses(name)
  let turns = 0

  /** Of those that it was not brought to; for a stop that has no need of room, first of all where what it stops is under way. */
  function candidates(event: Event, tried: ReadonlySet<Taken>): Taken[] {
    const there = [...seats].filter(({ seat }) => seat.enters(event.site))
    if (there.length === 0)
      throw new HutongError('unavailable', `${name} is not connected${seats.size > 0 ? ` for site ${event.site}` : ''}`)
    const left = there.filter((one) => !tried.has(one))
    const busy = isStop(event) ? left.filter(({ open }) => hasOne(open, event.conversation)) : []
    if (busy.length > 0) return busy
    const well = preferred(left, ({ overdue }) => !overdue)
    const best = preferred(well, ({ failed }) => failed.get(event.conversation) !== event.id)
    return isStop(event) ? best : best.filter(({ open, seat }) => open.size < seat.credit || open.has(event.id))
  }

  /** Brings it to the best connection that it was not brought to, as soon as there is room. */
  async function place(bringing: Bringing, tried: ReadonlySet<Taken>): Promise<Placed<Answer>> {
    for (;;) {
      bringing.ended.throwIfAborted()
      const [taken] = candidates(bringing.event, tried).toSorted((a, b) => a.open.size - b.open.size || b.turn - a.turn)
      if (taken) {
        const answer = send(taken, bringing)
        return { taken, answer, settled: answer.then(yes, yes) }
      }
      await next(bringing.ended)
    }
  }

  async function send(taken: Taken, { event, signal, ended }: Bringing): Promise<Answer> {
    const { turn } = taken
    const acknowledged = () => {
      losses.forget(event)
      taken.acknowledge(event, ++turns)
    }
    if (!isStop(event)) taken.hold(event)
    try {
      const said = taken.seat.send(event, ended, acknowledged)
      const answer = read(
        await said.catch((cause: unknown) => Promise.reject(ended.aborted ? cause : losses.lost(event, cause))),
      )
      for (const { failed } of seats) failed.delete(event.conversation)
      return answer
    } catch (error) {
      if (signal.aborted && taken.turn === turn) taken.overdue = true
      if (signal.aborted || !ended.aborted) taken.failed.set(event.conversation, event.id)
      throw error
    } finally {
      if (!isStop(event)) taken.waitNoMore()
    }
  }

  async function answerOf({ taken, answer, settled }: Placed<Answer>, on: Going): Promise<Answer> {
    const { promise: overdue, resolve } = Promise.withResolvers<undefined>()
    const move = () => resolve(undefined)
    taken.moves.add(move)
    if (taken.overdue) move()
    const inTime = await Promise.race([settled, overdue])
    taken.moves.delete(move)
    if (inTime) return await answer
    const tried = new Set([...on.tried, taken])
    const other = await Promise.race([settled, place(on.bringing, tried)])
    if (other === true) return await answer
    return await Promise.race([unlessFailed(answer), answerOf(other, { ...on, tried })])
  }

  return {
    sit(seat) {
      const taken = createTaken({ seat, overdueMs, stuckMs, changed: wake })
      seats.add(taken)
      wake()
      return () => {
        seats.delete(taken)
        taken.leave()
      }
    },
    async bring(event, signal) {
      const answered = new AbortController()
      const end = losses.begin(event)
      try {
        const bringing = { event, signal, ended: AbortSignal.any([signal, answered.signal]) }
        const tried = new Set<Taken>()
        return await answerOf(await place(bringing, tried), { bringing, tried })
      } finally {
        end()
        answered.abort()
      }
    },
  }
}

/** Tells whoever waits that there may be room. */
function createChanges() {
  const waiting = new Set<() => void>()
  return {
    wake(): void {
      for (const one of [...waiting]) one()
    },
    /** Resolves at the next change. */
    next(signal: AbortSignal): Promise<void> {
      return new Promise((resolve, reject) => {
        const done = () => {
          waiting.delete(done)
          signal.removeEventListener('abort', end)
          resolve()
        }
        const end = () => {
          waiting.delete(done)
          reject(signal.reason)
        }
        waiting.add(done)
        signal.addEventListener('abort', end, { once: true })
      })
    },
  }
}

/** Those of the kind that is preferred, or all when there is none. */
function preferred<T>(all: readonly T[], is: (one: T) => boolean): T[] {
  const found = all.filter(is)
  return found.length > 0 ? found : [...all]
}

/** A stop comes beside the event that it stops, and holds no place. */
function isStop({ entry }: Event): boolean {
  return entry.body.kind === 'stop'
}

function hasOne(events: ReadonlyMap<string, Event>, conversation: string): boolean {
  return [...events.values()].some((one) => one.conversation === conversation)
}

function yes(): true {
  return true
}

function unlessFailed<T>(answer: Promise<T>): Promise<T> {
  return answer.catch(() => new Promise<never>(() => {}))
}
