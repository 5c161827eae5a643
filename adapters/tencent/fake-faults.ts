/**
 * How a call goes wrong. `reset`: the connection breaks before anything is done. `timeout-after-accept`: it is done and no answer
 * ever comes. `reset-after-accept`: it is done and the connection breaks. `5xx`: a gateway's page, nothing done. `nonsense`: it is done
 * and the answer cannot be read. An `errcode`: the platform says so itself, nothing done.
 */
export type FakeFault =
  | 'reset'
  | 'timeout-after-accept'
  | 'reset-after-accept'
  | '5xx'
  | 'nonsense'
  | { errcode: number; errmsg?: string }

/** Faults by script: what the next calls of a path meet. */
export interface FakeFaults {
  /** The next `times` calls of this path (1 when left out, `Infinity` until `clear`) fail in this way, after those said before. */
  next(path: string, fault: FakeFault, times?: number): void
  clear(): void
  /** What the call that is being answered meets. */
  take(path: string): FakeFault | undefined
}

export function createFakeFaults(): FakeFaults {
  const script = new Map<string, { fault: FakeFault; left: number }[]>()
  return {
    next(path, fault, times = 1) {
      script.set(path, [...(script.get(path) ?? []), { fault, left: times }])
    },
    clear: () => script.clear(),
    take(path) {
      const [first, ...rest] = script.get(path) ?? []
      if (first === undefined) return undefined
      first.left -= 1
      if (first.left <= 0) script.set(path, rest)
      return first.fault
    },
  }
}
