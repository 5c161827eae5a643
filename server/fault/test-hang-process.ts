import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setPriority } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { WebhookOptions } from '../backends/webhook/webhook-options.ts'

export interface Setting {
  folder: string
  /** `ill` is the end of `ILL` backends that fails, `well` answers; `near` answers within the relay's process. */
  webhooks: Record<'ill' | 'well', WebhookOptions>
}

/** How many backends lead to the end that fails. */
export const ILL = 4

export type Order =
  | { do: 'load'; ms: number; rate: number }
  | { do: 'crowd'; count: number; offset: number; over: number }
  | { do: 'hasten' }
  | { do: 'state' }

/** Milliseconds from a message's acknowledgement to its answer's fan-out, of one spell of load. */
export interface Latencies {
  near: number[]
  well: number[]
}

export interface State {
  /** Milliseconds from each message to an ill backend until the floor moved on, by the log's own times; those that wait still. */
  moved: number[]
  waiting: number
  /** Open deliveries to ill backends. */
  open: number
  rss: number
  /** Milliseconds of processor since it started. */
  cpu: number
  claims: number
}

/** A relay in a process of its own, on its own database. */
export interface HangProcess {
  load(spell: { ms: number; rate: number }): Promise<Latencies>
  /** So many new contacts write at once, in turn to so many of the ill backends. */
  crowd(count: number, over?: number): Promise<void>
  /** Brings what waits for ill backends at once. */
  hasten(): Promise<void>
  state(): Promise<State>
  kill(): Promise<void>
}

const PROGRAM = fileURLToPath(new URL('./test-hang-program.ts', import.meta.url))

export async function startHangProcess(setting: Setting): Promise<HangProcess> {
  const child: ChildProcess = fork(PROGRAM, [JSON.stringify(setting)], { execArgv: [] })
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the relay ended with ${code}`)))
  ended.catch(() => {
    // Its end is what `kill` asks for, and what an order rejects with.
  })
  await Promise.race([once(child, 'message'), ended])
  goFirst(child.pid ?? 0)
  let crowd = 0

  async function order<T>(what: Order): Promise<T> {
    const answered = once(child, 'message')
    child.send(what)
    const [result] = await Promise.race([answered, ended])
    return result
  }

  return {
    load: (spell) => order({ do: 'load', ...spell }),
    async crowd(count, over = 1) {
      await order({ do: 'crowd', count, offset: crowd, over })
      crowd += count
    },
    async hasten() {
      await order({ do: 'hasten' })
    },
    state: () => order({ do: 'state' }),
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}

/** What else the machine does waits for this process (0: the one that asks); false where the system does not allow it. */
export function goFirst(pid: number): boolean {
  try {
    setPriority(pid, -20)
    return true
  } catch {
    return false
  }
}
