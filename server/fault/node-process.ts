import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { WeChatOptions } from '@hutong/adapter-wechat'
import type { WeComKfOptions } from '@hutong/adapter-wecom'

/** What relays on one store are told when they start. */
export interface Setting {
  database: string
  /** A folder. */
  files: string
  wechat: WeChatOptions
  kf: WeComKfOptions
}

/** Messages to be sent all at once, by a clock that is ahead. */
export interface Order {
  channel: 'gzh' | 'kf'
  aheadMs: number
  sends: { key: string; address: string; text: string }[]
}

export interface Outcome {
  sent: number
  /** Tries after the first. */
  again: number
  /** Why some were not. */
  failed: string[]
}

/** A relay in a process of its own, on a store that others use too. */
export interface NodeProcess {
  order(order: Order): Promise<Outcome>
  kill(): Promise<void>
}

/** Resolves once its channels are open. */
export async function startNode(setting: Setting): Promise<NodeProcess> {
  const program = fileURLToPath(new URL('./test-node-program.ts', import.meta.url))
  const child = fork(program, [JSON.stringify(setting)], { execArgv: [] })
  const died = once(child, 'exit').then(([code]) => {
    throw new Error(`a relay ended with ${code}`)
  })
  died.catch(() => {
    // Its end is what `kill` asks for, and what `order` rejects with.
  })
  await Promise.race([once(child, 'message'), died])
  return {
    async order(order) {
      const answered = once(child, 'message')
      child.send(order)
      const [outcome] = await Promise.race([answered, died])
      return outcome
    },
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}
