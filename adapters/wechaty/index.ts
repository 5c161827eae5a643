import type { Adapter, Host } from '@hutong/core/adapter'
import { HutongError } from '@hutong/core/errors'
import type { Rate } from '@hutong/core/rate'
import type { Bot } from './bot.ts'
import { CAPABILITIES } from './capabilities.ts'
import { type Loaded, loadBot, type NamedPuppet, within } from './client.ts'
import type { MiniProgram } from './codec.ts'
import { createEchoes } from './echoes.ts'
import { createIntake } from './intake.ts'
import { createOutbox } from './outbox.ts'

export type { Bot, Box, ContactPayload, MessagePayload, Puppet } from './bot.ts'
export type { NamedPuppet } from './client.ts'
export type { MiniProgram } from './codec.ts'

export interface WechatyOptions {
  channel: string
  site: string
  /** A Wechaty that is made, and not started yet, by the function; or the puppet it is to be made with. */
  bot: (() => Promise<Bot>) | NamedPuppet
  /** WeChat does not allow this and may ban the account at any time. */
  acceptRisk: true
  /**
   * The text of the QR code by which the account logs in, which belongs to nobody but the operator; undefined when it is of no use any
   * more. Resolves with the place where it is shown, which is logged; the code itself is in no log. Called in turn.
   */
  onScan?(qrcode: string | undefined): Promise<string | undefined>
  /** How fast the account writes; `{ perMinute: 20, burst: 5 }` when left out. */
  pace?: Rate
  /** Cards whose link begins like one of these open a page of a mini-program. */
  miniPrograms?: readonly MiniProgram[]
  /** Milliseconds that one call of the puppet may take. */
  timeoutMs?: number
}

type WechatyAdapter = Adapter & Required<Pick<Adapter, 'recall' | 'site'>>

/**
 * A person's WeChat account, driven by Wechaty, which is loaded when the channel opens. An address is a person's id, or `room:` and the
 * id of a room. Friendship requests are left to the telephone.
 */
export function createWechatyAdapter(options: WechatyOptions): WechatyAdapter {
  const { channel, site } = options
  if (options.acceptRisk !== true)
    throw new HutongError('misconfigured', 'WeChat may ban the account at any time: say acceptRisk: true', {
      field: 'acceptRisk',
    })
  let running: Running | undefined

  function opened(): Running {
    if (running === undefined || running.closed()) throw new HutongError('unavailable', 'the channel is not open')
    return running
  }

  return {
    channel,
    site,
    capabilities: CAPABILITIES,
    async open(host) {
      const made = run(host, options, await loadBot(options.bot))
      await made.start()
      running = made
    },
    async send(delivery) {
      const { send, during } = opened()
      return during(send(delivery))
    },
    signal() {
      // Puppets show nothing that passes.
    },
    async recall(native) {
      const { recall, during } = opened()
      await during(recall(native))
    },
    async close() {
      await running?.close()
    },
  }
}

type Running = ReturnType<typeof run>

const PACE: Rate = { perMinute: 20, burst: 5 }
const TIMEOUT_MS = 30_000
const START_MS = 60_000

function run(host: Host, options: WechatyOptions, { bot, box }: Loaded) {
  const { site, pace = PACE, miniPrograms = [], timeoutMs = TIMEOUT_MS } = options
  const closing = new AbortController()
  const echoes = createEchoes(host.clock)
  const puppet = () => bot.puppet
  const intake = createIntake({ host, site, puppet, echoes, timeoutMs, closing: closing.signal })
  const underWay = new Set<Promise<unknown>>()
  let ended: Promise<void> | undefined

  async function end(): Promise<void> {
    closing.abort()
    while (underWay.size > 0) await Promise.allSettled(underWay)
    await intake.done()
    await bot.stop()
  }

  return {
    closed: () => closing.signal.aborted,
    send: createOutbox({ host, puppet, box, echoes, pace, miniPrograms, timeoutMs }),
    /** `close` waits for it. */
    during<T>(work: Promise<T>): Promise<T> {
      underWay.add(work)
      const gone = () => underWay.delete(work)
      work.then(gone, gone)
      return work
    },
    async recall(native: string): Promise<void> {
      const done = native !== '' && (await within(timeoutMs, bot.puppet.messageRecall(native)))
      if (!done) throw new HutongError('rejected', 'the puppet cannot take this message back, or not any more')
    },
    async start(): Promise<void> {
      watch(bot, { host, onScan: options.onScan, closing: closing.signal })
      host.trouble(LOGGED_OUT)
      try {
        await within(START_MS, bot.init())
        // The bot tells of messages when it has looked up who wrote them, which changes their order.
        bot.puppet.on('message', ({ messageId }) => intake.take(messageId))
        await within(START_MS, bot.start())
        if (bot.puppet.isLoggedIn) host.trouble(undefined)
      } catch (cause) {
        closing.abort()
        await bot.stop()
        throw new HutongError('unreachable', `the puppet did not start: ${(cause as Error).message}`, { cause })
      }
    },
    close(): Promise<void> {
      ended ??= end()
      return ended
    },
  }
}

const LOGGED_OUT = new HutongError('misconfigured', 'nobody is logged in: the QR code has to be scanned')

interface Watching {
  host: Host
  onScan: WechatyOptions['onScan'] | undefined
  closing: AbortSignal
}

/** What happens to the account, as lines of the log and as what operators see. */
function watch(bot: Bot, { host, onScan, closing }: Watching): void {
  const { logger } = host
  let showing = Promise.resolve()
  const tell = (problem: HutongError | undefined) => {
    if (!closing.aborted) host.trouble(problem)
  }

  async function show(qrcode: string | undefined): Promise<void> {
    try {
      const at = await onScan?.(qrcode)
      if (qrcode !== undefined) logger.warn({ at }, 'WeChat waits for the QR code to be scanned')
    } catch (err) {
      logger.error({ err }, 'the QR code could not be shown to anybody')
    }
  }

  bot.on('scan', (qrcode) => {
    tell(LOGGED_OUT)
    showing = showing.then(() => show(qrcode || undefined))
  })
  bot.on('login', () => {
    logger.info({}, 'the WeChat account is logged in')
    tell(undefined)
    showing = showing.then(() => show(undefined))
  })
  bot.on('logout', () => {
    logger.error({}, 'the WeChat account was logged out')
    tell(LOGGED_OUT)
  })
  bot.on('error', (err) => logger.error({ err }, 'Wechaty tells of an error'))
  bot.on('friendship', () => logger.info({}, 'somebody asks for friendship: it is answered on the telephone'))
}
