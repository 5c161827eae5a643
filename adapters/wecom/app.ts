import type { Adapter, Delivery, Host, Receipt } from '@hutong/core/adapter'
import { HutongError, toHutongError } from '@hutong/core/errors'
import { createCallback } from '@hutong/tencent/callback'
import { createEnvelope, type Opened } from '@hutong/tencent/envelope'
import { z } from 'zod'
import { APP_CAPABILITIES } from './app-capabilities.ts'
import { createAppIntake } from './app-intake.ts'
import { createLedger } from './app-ledger.ts'
import { recallRequest } from './app-requests.ts'
import { messagesOf, sendDelivery } from './app-send.ts'
import { createWeComClient } from './client.ts'

export interface WeComAppOptions {
  channel: string
  /** The site that its members write to. */
  site: string
  corpId: string
  /** Of the self-built app, as its page in the console shows it. */
  agentId: number
  secret: string
  /** The token that callbacks are signed with. */
  token: string
  /** 43 characters each: the current one first, then the one before. */
  encodingAesKeys: readonly string[]
  /**
   * Links that open pages of mini-programs: of `link` `https://shop.example/mini/` and the url
   * `https://shop.example/mini/pages/tea?id=1`, the page `pages/tea?id=1`.
   */
  miniPrograms?: readonly { link: string; appId: string }[]
  /** `https://qyapi.weixin.qq.com` when left out. */
  apiBase?: string
  /** Milliseconds that one call may take. */
  timeoutMs?: number
}

type AppAdapter = Adapter & Required<Pick<Adapter, 'recall' | 'site'>>

const done = z.object({})

/**
 * A self-built app of WeCom: members of the company write to it. An address is a userid, or `chat:` and the id of a group that the app
 * has made; groups are only written to.
 */
export function createWeComAppAdapter(options: WeComAppOptions): AppAdapter {
  const { channel, site } = options
  if (options.encodingAesKeys.length === 0)
    throw new HutongError('misconfigured', 'WeCom encrypts its callbacks: the EncodingAESKey is missing', {
      field: 'encodingAesKeys',
    })
  let running: Running | undefined

  function opened(): Running {
    if (running === undefined || running.closed()) throw new HutongError('unavailable', 'the channel is not open')
    return running
  }

  return {
    channel,
    site,
    capabilities: APP_CAPABILITIES,
    async open(host) {
      const made = run(host, options)
      await made.check()
      made.listen()
      running = made
    },
    send: async (delivery) => {
      const { send, during } = opened()
      return during(send(delivery))
    },
    signal() {
      // The platform shows nothing that passes.
    },
    recall: async (native) => {
      const { api } = opened()
      for (const msgid of messagesOf(native)) await api.post('/cgi-bin/message/recall', recallRequest(msgid), done)
    },
    async close() {
      await running?.close()
    },
  }
}

type Running = ReturnType<typeof run>

function run(host: Host, options: WeComAppOptions) {
  const { site, agentId, token, encodingAesKeys, corpId, miniPrograms = [] } = options
  const api = createWeComClient({ ...options, host })
  const { files, clock, logger } = host
  const sending = { api, agentId, ledger: createLedger(host.state), files, clock, miniPrograms }
  const underWay = new Set<Promise<unknown>>()
  let [closed, troubled] = [false, false]

  /** `close` waits for it. */
  function during<T>(work: Promise<T>): Promise<T> {
    underWay.add(work)
    const gone = () => underWay.delete(work)
    work.then(gone, gone)
    return work
  }

  function tell(problem: HutongError | undefined): void {
    if (problem === undefined && !troubled) return
    troubled = problem !== undefined
    host.trouble(problem)
  }

  const intake = createAppIntake({ host, api, site, agentId, during })

  async function receive(opened: Opened): Promise<undefined> {
    if (closed) throw new HutongError('unavailable', 'the channel is closed')
    await intake(opened)
    return undefined
  }

  return {
    api,
    during,
    closed: () => closed,
    /** A platform that cannot be reached now is met again with the first message; a wrong setting is said at once. */
    async check(): Promise<void> {
      try {
        await api.get(`/cgi-bin/agent/get?agentid=${agentId}`, done)
      } catch (thrown) {
        const error = toHutongError(thrown)
        if (!error.retryable) throw error
        tell(error)
      }
    },
    listen(): void {
      const envelope = createEnvelope({ token, encodingAesKeys, receiveIds: [corpId], clock })
      const callback = createCallback({ envelope, logger, receive, accepted: '', now: clock.now })
      host.route('GET', '/callback', callback.get)
      host.route('POST', '/callback', callback.post)
    },
    async send(delivery: Delivery): Promise<Receipt> {
      try {
        const receipt = await sendDelivery(sending, delivery)
        tell(undefined)
        return receipt
      } catch (thrown) {
        if (thrown instanceof HutongError && thrown.code === 'misconfigured') tell(thrown)
        throw thrown
      }
    },
    async close() {
      closed = true
      while (underWay.size > 0) await Promise.allSettled(underWay)
    },
  }
}
