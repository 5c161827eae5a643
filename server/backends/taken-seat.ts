import type { Event } from '@hutong/core/backend'
import type { Seat } from './seats.ts'

/** A connection, and how it is doing. */
export interface Taken {
  readonly seat: Seat
  /** By id the events that it has not acknowledged; each holds a place, also when nobody waits for it any more. */
  readonly open: ReadonlyMap<string, Event>
  /** When it acknowledged last, counted in acknowledgements of all. */
  readonly turn: number
  /** Its acknowledgements are overdue, and nothing was acknowledged since. */
  overdue: boolean
  /** Has the events that are under way there brought to another one as well. */
  readonly moves: Set<() => void>
  /** By conversation the event that failed there. */
  readonly failed: Map<string, string>
  /** An event is brought there, and waited for until `waitNoMore`. */
  hold(event: Event): void
  waitNoMore(): void
  acknowledge(event: Event, turn: number): void
  /** It is gone. */
  leave(): void
}

export interface TakenOptions {
  seat: Seat
  overdueMs: number
  stuckMs: number
  /** There is more room, or a need for it. */
  changed(): void
}

export function createTaken({ seat, overdueMs, stuckMs, changed }: TakenOptions): Taken {
  const open = new Map<string, Event>()
  let under = 0
  let turn = 0
  let late: NodeJS.Timeout | undefined
  let stuck: NodeJS.Timeout | undefined

  function watch(): void {
    clearTimeout(late)
    if (under > 0) late = setTimeout(fallBehind, overdueMs).unref()
  }

  function fallBehind(): void {
    taken.overdue = true
    for (const move of taken.moves) move()
    changed()
  }

  const taken: Taken = {
    seat,
    open,
    get turn() {
      return turn
    },
    overdue: false,
    moves: new Set(),
    failed: new Map(),
    hold(event) {
      open.set(event.id, event)
      if (open.size >= seat.credit) stuck ??= setTimeout(() => seat.end(), stuckMs).unref()
      under += 1
      if (under === 1) watch()
    },
    waitNoMore() {
      under -= 1
      if (under === 0) clearTimeout(late)
      changed()
    },
    acknowledge({ id }, at) {
      if (open.delete(id)) {
        clearTimeout(stuck)
        stuck = undefined
      }
      turn = at
      taken.overdue = false
      watch()
      changed()
    },
    leave() {
      clearTimeout(late)
      clearTimeout(stuck)
      changed()
    },
  }
  return taken
}
