import type { Adapter, Arrival, Host } from '@hutong/core/adapter'
import { HutongError, toHutongError } from '@hutong/core/errors'
import { createCallback } from '@hutong/tencent/callback'
import { createEnvelope, type Opened } from '@hutong/tencent/envelope'
import { z } from 'zod'
import { APP_CAPABILITIES } from './app-capabilities.ts'
import { createLedger } from './app-ledger.ts'
import { fetchMedium } from './app-media.ts'
import { readPick, said as words } from './app-pick.ts'
import { messagesOf, sendDelivery } from './app-send.ts'
import { createWeComClient } from './client.ts'
import { decode, type Incoming, type Said } from './codec.ts'

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
   * Links that are pages of mini-programs: how they begin, with the AppID of the mini-program. What follows is the page:
   * `{ 'https://shop.example/mini/': 'wx…' }` opens `pages/tea?id=1` for `https://shop.example/mini/pages/tea?id=1`.
   */
  miniPrograms?: Readonly<Record<string, string>>
  /** `https://qyapi.weixin.qq.com` when left out. */
  apiBase?: string
  /** Milliseconds that one call may take. */
  timeoutMs?: number
}

type AppAdapter = Adapter & Required<Pick<Adapter, 'recall' | 'site'>>
type Message = Extract<Incoming, { kind: 'message' }>

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
      running = run(host, options)
    },
    send: async (delivery) => {
      const { sending, during } = opened()
      return during(sendDelivery(sending, delivery))
    },
    signal() {
      // The platform shows nothing that passes.
    },
    recall: async (native) => {
      const { api } = opened().sending
      for (const msgid of messagesOf(native)) await api.post('/cgi-bin/message/recall', { msgid }, z.object({}))
    },
    async close() {
      await running?.close()
    },
  }
}

type Running = ReturnType<typeof run>

function run(host: Host, options: WeComAppOptions) {
  const { site, agentId, token, encodingAesKeys, corpId, miniPrograms = {} } = options
  const api = createWeComClient({ ...options, host })
  const { files, clock, logger } = host
  const sending = { api, agentId, ledger: createLedger(host.state), files, clock, miniPrograms }
  const underWay = new Set<Promise<unknown>>()
  let closed = false

  /** `close` waits for it. */
  function during<T>(work: Promise<T>): Promise<T> {
    underWay.add(work)
    const done = () => underWay.delete(work)
    work.then(done, done)
    return work
  }

  /** The pressed card shows what was chosen; a code is good for one update, so a repeat changes nothing. */
  async function showPicked(userid: string, code: string, label: string): Promise<void> {
    const body = { userids: [userid], agentid: agentId, response_code: code, button: { replace_name: `✓ ${label}` } }
    try {
      await api.post('/cgi-bin/message/update_template_card', body, z.object({}))
    } catch (thrown) {
      logger.info({ code: toHutongError(thrown).code }, 'a card was answered but does not show it')
    }
  }

  async function takePick(arrival: Omit<Arrival, 'body'>, said: Extract<Said, { kind: 'pick' }>): Promise<void> {
    const { body, label } = await readPick(host.log, said)
    try {
      await host.receive({ ...arrival, body })
    } catch (thrown) {
      if (toHutongError(thrown).code !== 'invalid') throw thrown
      await host.receive({ ...arrival, body: words(label) })
    }
    if (said.responseCode !== '') void during(showPicked(arrival.from.address, said.responseCode, label))
  }

  async function take({ from, native, at, said }: Message, raw: string): Promise<void> {
    const arrival = {
      ...{ from: { address: from, verified: 'platform' as const }, site, key: native, native, raw },
      ...(at === undefined ? {} : { at }),
    }
    if (said.kind === 'pick') return takePick(arrival, said)
    const parts = said.kind === 'parts' ? said.parts : [await fetchMedium({ api, files }, said, site)]
    await host.receive({ ...arrival, body: { kind: 'message', parts } })
  }

  async function receive({ payload, raw }: Opened): Promise<undefined> {
    if (closed) throw new HutongError('unavailable', 'the channel is closed')
    const incoming = decode(payload)
    if (incoming.kind === 'message') await during(take(incoming, raw))
    else logger.debug({ event: incoming.name }, `an event: ${incoming.means}`)
    return undefined
  }

  const envelope = createEnvelope({ token, encodingAesKeys, receiveIds: [corpId], clock })
  const callback = createCallback({ envelope, logger, receive, accepted: '', now: clock.now })
  host.route('GET', '/callback', callback.get)
  host.route('POST', '/callback', callback.post)

  return {
    sending,
    during,
    closed: () => closed,
    async close() {
      closed = true
      while (underWay.size > 0) await Promise.allSettled(underWay)
    },
  }
}
