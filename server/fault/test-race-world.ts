import { createRandom, type Random } from './random.ts'

/**
 * A world in which one thing happens at a time and a seed says which. Everything that may come at a moment of its own is a task:
 * what a store is asked and what it answers, what an immediate or a timer calls, every step of an actor. A task runs, then all
 * that follows from it at once (promises that are settled already), then the seed picks the next one among all that could come.
 *
 * Why this covers the real races: the relay's code is single-threaded, so what can race is the order in which the event loop takes
 * up asynchronous work. On SQLite this order is narrow: a store answers within a turn. Here it is any order in which each actor
 * waits for its own answers, so the orders of SQLite, of a store over a network and of a loaded machine are among those drawn.
 */
export interface World {
  readonly random: Random
  now(): number
  /** Draws from here on by this seed. */
  reseed(seed: number): void
  /** Resolves at a moment of the schedule's choosing. */
  turn(): Promise<void>
  /** Is asked at one moment and has its answer at a later one. */
  apart<T>(ask: () => Promise<T>): Promise<T>
  /** Lets time pass; whatever was due in it becomes possible. */
  pass(ms: number): void
  /** Runs the schedule until `end` is settled and nothing can happen without time passing further than a second. */
  until<T>(end: Promise<T>): Promise<T>
  /** What happened since the last seed, as a number: the same schedule gives the same one. */
  trace(): number
  /** Gives the process its own clock and timers back. */
  leave(): void
}

interface Timer {
  due: number
  every: number | undefined
  run(): void
}

const NAMES = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'clearImmediate'] as const
/** What is due later is not waited for: leases, the outbox's next look, what purges. */
const NEAR_MS = 1_000

/** Takes over the timers, immediates and the clock of this process. */
export function createWorld(seed: number): World {
  const realNow = Date.now
  const real = Object.fromEntries(NAMES.map((name) => [name, globalThis[name]]))
  const realImmediate = globalThis.setImmediate
  let random = createRandom(seed)
  let clock = 1_700_000_000_000
  let traced = 0
  const tasks: (() => void)[] = []
  const timers = new Map<object, Timer>()

  const handle = (cancel: () => void) => {
    const made = { ref: () => made, unref: () => made, hasRef: () => false, refresh: () => made, close: cancel }
    return made
  }

  function timer(run: () => void, ms = 0, every = false): object {
    const wait = Math.max(1, Math.ceil(ms || 0))
    const one: Timer = { due: clock + wait, every: every ? wait : undefined, run }
    const made = { ...handle(() => timers.delete(made)), [Symbol.dispose]: () => timers.delete(made) }
    Object.assign(made, {
      unref: () => made,
      ref: () => made,
      refresh: () => {
        one.due = clock + wait
        return made
      },
    })
    timers.set(made, one)
    return made
  }

  function clear(made: object | undefined): void {
    if (made) timers.delete(made)
  }

  function immediate(run: (...given: unknown[]) => void, ...given: unknown[]): object {
    tasks.push(() => run(...given))
    return handle(() => undefined)
  }

  Object.assign(globalThis, {
    setTimeout: (run: () => void, ms?: number) => timer(run, ms),
    setInterval: (run: () => void, ms?: number) => timer(run, ms, true),
    clearTimeout: clear,
    clearInterval: clear,
    setImmediate: immediate,
  })
  Date.now = () => clock

  const settled = () => new Promise<void>((resolve) => realImmediate(resolve))

  /** The earliest timers first: their order is the one thing that clocks promise. */
  function pass(ms: number): void {
    const end = clock + ms
    for (;;) {
      let next: [object, Timer] | undefined
      for (const one of timers) if (one[1].due <= end && (!next || one[1].due < next[1].due)) next = one
      if (!next) break
      const [made, one] = next
      clock = Math.max(clock, one.due)
      if (one.every === undefined) timers.delete(made)
      else one.due = clock + one.every
      tasks.push(one.run)
    }
    clock = end
  }

  function nearest(): number | undefined {
    let due: number | undefined
    for (const one of timers.values()) if (due === undefined || one.due < due) due = one.due
    return due
  }

  async function step(): Promise<boolean> {
    if (tasks.length === 0) {
      const due = nearest()
      if (due === undefined || due > clock + NEAR_MS) return false
      pass(Math.max(0, due - clock))
    }
    const at = random.between(0, tasks.length - 1)
    traced = (Math.imul(traced, 31) + at * 7 + tasks.length) | 0
    const [task] = tasks.splice(at, 1)
    task?.()
    await settled()
    return true
  }

  const turn = () => new Promise<void>((resolve) => tasks.push(resolve))
  return {
    get random() {
      return random
    },
    now: () => clock,
    reseed(next) {
      random = createRandom(next)
      traced = 0
    },
    turn,
    async apart(ask) {
      await turn()
      try {
        return await ask()
      } finally {
        await turn()
      }
    },
    pass,
    async until(end) {
      let open = true
      const close = () => {
        open = false
      }
      end.then(close, close)
      while ((await step()) || open) if (open && tasks.length === 0) await stuck()
      return end

      async function stuck(): Promise<void> {
        await settled()
        const due = nearest()
        if (!open || tasks.length > 0) return
        if (due === undefined) throw new Error('nothing can happen any more, and somebody waits')
        pass(Math.max(0, due - clock))
      }
    },
    trace: () => traced,
    leave() {
      Object.assign(globalThis, real)
      Date.now = realNow
    },
  }
}
