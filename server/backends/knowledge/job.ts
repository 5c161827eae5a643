/** Work in small steps; each yields about how many microseconds it took. */
export type Steps<T> = Generator<number, T>

export interface Job<T> {
  /** Rejects with what a step threw, or why the job was stopped. */
  readonly done: Promise<T>
  /** Does steps at once, until about so many microseconds are spent; true when no step is left. Throws what a step throws. */
  advance(microseconds: number): boolean
  stop(why: Error): void
}

/** Whatever else the process has to do waits no longer than this, in milliseconds, and one step. */
const SLICE = 8

/** Does the steps in slices, between which the event loop goes round. */
export function createJob<T>(steps: Steps<T>): Job<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  // Whoever waits for it hears of a failure; that nobody does is no crash.
  promise.catch(() => undefined)
  let over = false
  let next = setImmediate(slice)

  function slice(): void {
    const until = performance.now() + SLICE
    try {
      while (!over && performance.now() < until) step()
    } catch {
      return
    }
    if (!over) next = setImmediate(slice)
  }

  function step(): number {
    try {
      const { done, value } = steps.next()
      if (!done) return value
      over = true
      resolve(value)
    } catch (error) {
      over = true
      reject(error)
      throw error
    }
    return 0
  }

  return {
    done: promise,
    advance(microseconds) {
      for (let left = microseconds; !over && left > 0; ) left -= step()
      return over
    },
    stop(why) {
      over = true
      clearImmediate(next)
      reject(why)
    },
  }
}

export function finished<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}
