import type { Event } from '@hutong/core/backend'
import { HutongError } from '@hutong/core/errors'

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
}

export interface Seats<Answer> {
  sit(seat: Seat): () => void
  /** Rejects with `unavailable` when no connection may have the event. */
  bring(event: Event, signal: AbortSignal): Promise<Answer>
}

interface Taken {
  seat: Seat
  /** Events under way there. */
  under: number
  /** It left an event unacknowledged until time was up, and has acknowledged nothing since. */
  late: boolean
  /** By conversation the event that failed there. */
  failed: Map<string, string>
}

/**
 * Each event goes to the connection with the fewest under way. One that is late gets nothing while there is another that is not, and
 * what failed at one is brought to another. `read` makes an answer of an acknowledgement, or throws when it is none.
 */
export function createSeats<Answer>(name: string, read: (said: unknown) => Answer): Seats<Answer> {
  const seats = new Set<Taken>()
  const waiting = new Set<() => void>()

  function wake(): void {
    for (const one of [...waiting]) one()
  }

  function change(signal: AbortSignal): Promise<void> {
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
  }

  function candidates(event: Event): Taken[] {
    const there = [...seats].filter(({ seat }) => seat.enters(event.site))
    if (there.length === 0)
      throw new HutongError('unavailable', `${name} is not connected${seats.size > 0 ? ` for site ${event.site}` : ''}`)
    const well = there.filter(({ late }) => !late)
    const fresh = (well.length > 0 ? well : there).filter(({ failed }) => failed.get(event.conversation) !== event.id)
    if (fresh.length > 0) return fresh
    return well.length > 0 ? well : there
  }

  async function send(taken: Taken, event: Event, signal: AbortSignal): Promise<Answer> {
    const acknowledged = () => {
      if (taken.late) wake()
      taken.late = false
    }
    taken.under += 1
    try {
      const answer = read(await taken.seat.send(event, signal, acknowledged))
      for (const { failed } of seats) failed.delete(event.conversation)
      return answer
    } catch (error) {
      if (signal.aborted) taken.late = true
      taken.failed.set(event.conversation, event.id)
      throw error
    } finally {
      taken.under -= 1
      wake()
    }
  }

  return {
    sit(seat) {
      const taken: Taken = { seat, under: 0, late: false, failed: new Map() }
      seats.add(taken)
      wake()
      return () => {
        seats.delete(taken)
        wake()
      }
    },
    async bring(event, signal) {
      for (;;) {
        const [freest] = candidates(event)
          .filter(({ under, seat }) => under < seat.credit)
          .toSorted((a, b) => a.under - b.under)
        if (freest) return await send(freest, event, signal)
        await change(signal)
      }
    },
  }
}
