import type { Clock, Host, Logger } from '@hutong/core/adapter'
import { HutongError, toHutongError } from '@hutong/core/errors'
import { type ApiError, createApi } from '@hutong/tencent/api'
import { z } from 'zod'
import { createRobotPace } from './robot-pace.ts'
import { type Alert, joined, piecesOf } from './robot-words.ts'

export type { Alert } from './robot-words.ts'

/** The key of the robot's webhook, or the webhook as WeCom shows it. */
export type GroupRobotOptions = ({ key: string } | { url: string }) & {
  clock: Clock
  logger: Logger
  /** `https://qyapi.weixin.qq.com` when left out. */
  apiBase?: string
  /** Milliseconds that one call may take. */
  timeoutMs?: number
  /** Where what it says is counted, for several nodes and over a restart; in memory when left out. */
  shared?: Pick<Host, 'state' | 'lease'>
  /** How to let time pass. */
  wait?(ms: number): Promise<void>
}

/** Tells a group of agents in WeCom; nobody can answer it. */
export interface GroupRobot {
  /**
   * Resolves once the group has it. What comes faster than a robot may speak is told in one message, in order. The group may read it
   * twice when an answer of the platform was lost. Rejects with `misconfigured` when there is no such robot, and when WeCom could not be
   * reached for ten minutes.
   */
  alert(alert: string | Alert): Promise<void>
  /** Tells at once what still waits, in a single try. */
  close(): Promise<void>
}

interface Waiting {
  piece: string
  resolve(): void
  reject(error: HutongError): void
}

const GIVE_UP_MS = 10 * 60_000
const LONGEST_PAUSE_MS = 60_000
const MOST_WAITING = 2_000
const TIMEOUT_MS = 10_000

const ERRORS: Readonly<Record<number, ApiError>> = {
  45009: { code: 'throttled', retryAfter: LONGEST_PAUSE_MS },
  45033: { code: 'throttled', retryAfter: 5_000 },
  40001: 'misconfigured',
  93000: 'misconfigured',
  93004: 'misconfigured',
  93008: 'misconfigured',
}

export function createGroupRobot(options: GroupRobotOptions): GroupRobot {
  const { clock, logger, timeoutMs = TIMEOUT_MS } = options
  const { wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms).unref()) } = options
  const { base, key } = webhookOf(options)
  const path = `/cgi-bin/webhook/send?key=${key}`
  const pace = createRobotPace({ key, clock, logger, shared: options.shared })
  const api = createApi({ base, errors: ERRORS, timeoutMs, logger })
  const closing = Promise.withResolvers<void>()
  let queue: Waiting[] = []
  let [closed, failures, failingSince, notBefore] = [false, 0, 0, 0]
  let working: Promise<void> | undefined

  async function pause(): Promise<number> {
    if (closed) return 0
    const now = clock.now()
    return notBefore > now ? notBefore - now : pace.take()
  }

  async function tell(content: string, batch: readonly Waiting[]): Promise<void> {
    try {
      await api.post(path, { msgtype: 'markdown', markdown: { content } }, z.object({}))
      failures = 0
      for (const { resolve } of batch) resolve()
    } catch (thrown) {
      failed(toHutongError(thrown), batch)
    }
  }

  function failed(error: HutongError, batch: readonly Waiting[]): void {
    const now = clock.now()
    if (failures === 0) failingSince = now
    failures += 1
    if (closed || !error.retryable || now - failingSince >= GIVE_UP_MS) {
      failures = 0
      for (const { reject } of batch) reject(error)
      return
    }
    logger.warn({ code: error.code, waiting: queue.length + batch.length }, 'a group of agents is told again later')
    notBefore = now + Math.min(error.retryAfter ?? 1_000 * 2 ** (failures - 1), LONGEST_PAUSE_MS)
    queue = [...batch, ...queue]
  }

  async function work(): Promise<void> {
    while (queue.length > 0) {
      const ms = await pause()
      if (ms > 0) await Promise.race([wait(ms), closing.promise])
      else {
        const { taken, content } = joined(queue.map(({ piece }) => piece))
        await tell(content, queue.splice(0, taken))
      }
    }
    working = undefined
  }

  function add(piece: string): Promise<void> {
    return new Promise((resolve, reject) => {
      queue.push({ piece, resolve, reject })
      working ??= work()
    })
  }

  return {
    async alert(alert) {
      if (closed) throw new HutongError('unavailable', 'the robot is closed')
      if (queue.length >= MOST_WAITING) throw new HutongError('throttled', 'too many alerts wait for the group')
      const pieces = piecesOf(alert)
      if (pieces.length === 0) throw new HutongError('invalid', 'an alert needs words')
      await Promise.all(pieces.map(add))
    },
    async close() {
      closed = true
      closing.resolve()
      await working
    },
  }
}

const BASE = 'https://qyapi.weixin.qq.com'

function webhookOf(options: GroupRobotOptions): { base: string; key: string } {
  const { apiBase = BASE } = options
  const key = 'key' in options ? options.key : (URL.parse(options.url)?.searchParams.get('key') ?? '')
  if (!/^[\w-]{1,128}$/.test(key))
    throw new HutongError('misconfigured', "the robot's key is what stands behind key= in its webhook", {
      field: 'key' in options ? 'key' : 'url',
    })
  return { base: apiBase, key }
}
