/** What a target stands for: an answer of a backend, a message to a channel, or work that the relay does by itself. */
export type Kind = 'backend' | 'channel' | 'relay'

/** Who may be under way at once. */
export interface Places {
  /** How many more of this target may begin now; none if not above 0. */
  left(target: string): number
  take(target: string): void
  /** Ends what `take` began. */
  leave(target: string): void
}

/**
 * Each kind has places of its own, so what the relay does by itself waits behind no channel and no backend, and no channel behind a
 * backend. What waits for a foreign system costs a socket and about 200 KiB, so there are many for those.
 */
const PLACES: Readonly<Record<Kind, number>> = { backend: 1_024, channel: 256, relay: 128 }
/** Most places of one target while there are plenty. */
const SHARE = 64
/** So many every target finds in any case. */
const RESERVE = 8

/**
 * No target gets more places than it leaves free to the others of its kind: the share of each shrinks as more of them are busy, and
 * whoever has fewer than `RESERVE` finds that many, though all places are taken. So a healthy backend waits for none that hang, however
 * many they are, and what is under way is bounded by `PLACES` and `RESERVE` for each target.
 */
export function createPlaces(kindOf: (target: string) => Kind): Places {
  const free: Record<Kind, number> = { ...PLACES }
  const held = new Map<string, number>()

  function change(target: string, by: number): void {
    const count = (held.get(target) ?? 0) + by
    if (count > 0) held.set(target, count)
    else held.delete(target)
    free[kindOf(target)] -= by
  }

  return {
    left(target) {
      const has = held.get(target) ?? 0
      const fair = Math.min(SHARE - has, Math.ceil((free[kindOf(target)] - has) / 2))
      return Math.max(RESERVE - has, fair)
    },
    take: (target) => change(target, 1),
    leave: (target) => change(target, -1),
  }
}
