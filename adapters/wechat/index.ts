import type { Adapter, Host } from '@hutong/core/adapter'
import { HutongError, toHutongError } from '@hutong/core/errors'
import { createCallback } from '@hutong/tencent/callback'
import { createEnvelope } from '@hutong/tencent/envelope'
import { CAPABILITIES } from './capabilities.ts'
import { checkOptions } from './check-options.ts'
import { createClient } from './client.ts'
import { createIntake } from './intake.ts'
import { createMedia } from './media.ts'
import { labelsOf, type MenuButton, putUpMenu } from './menu.ts'
import { createOutbox, type Deliver } from './outbox.ts'
import type { MiniProgram } from './outgoing.ts'
import { createWaiting } from './passive.ts'
import { createPeople } from './people.ts'
import { createQr, type Qr } from './qr.ts'
import { createQuota, type Quota } from './quota.ts'
import { createTyping } from './typing.ts'

export interface WeChatOptions {
  /** Default `wechat`. */
  channel?: string
  /** The site that the account belongs to. */
  site: string
  appId: string
  /** The AppSecret. It signs the codes by which visitors go on here, too. */
  secret: string
  /** The token that was chosen for the callback. */
  token: string
  /** The EncodingAESKey, before the one that it replaces. Without one the callbacks are plain: use this for tests alone. */
  encodingAesKeys?: readonly string[]
  /** Milliseconds that a push is left unanswered for a reply that costs none of the messages. At most 4500; default 0. */
  passiveReplyMs?: number
  /** What whoever follows the account is told at once. */
  welcome?: string
  /** The buttons below the conversation. Left out, the menu stays as it is. */
  menu?: readonly MenuButton[]
  /** Cards whose link begins like one of these open a page of a mini-program. */
  miniPrograms?: readonly MiniProgram[]
  /** Default `https://api.weixin.qq.com`. */
  api?: string
  /** Milliseconds after which a call is given up. Default 10 000. */
  patience?: number
}

export type WeChatAdapter = Adapter & Required<Pick<Adapter, 'standing' | 'invite' | 'site'>>

/** The platform asks three times with five seconds for each: a file has until the last answer. */
const FETCH_MS = 12_000
const RETRY_MS = 30_000
const REFUSED_MS = 300_000

/** A WeChat Official Account (公众号, 服务号) as a channel. */
export function createWeChatAdapter(options: WeChatOptions): WeChatAdapter {
  const { channel = 'wechat', site } = options
  let account: Account | undefined
  const underWay = new Set<Promise<unknown>>()

  function keep<T>(work: Promise<T>): Promise<T> {
    const done = work.finally(() => underWay.delete(done))
    underWay.add(done)
    return done
  }

  function track<T>(work: (account: Account) => Promise<T>): Promise<T> {
    if (!account) return Promise.reject(new HutongError('unavailable', `${channel} is closed`))
    return keep(work(account))
  }

  async function push(request: Request): Promise<Response> {
    if (!account) return new Response(null, { status: 503 })
    return track(({ callback }) => (request.method === 'GET' ? callback.get(request) : callback.post(request)))
  }

  return {
    channel,
    site,
    capabilities: CAPABILITIES,
    async open(host) {
      checkOptions(options)
      host.route('GET', '/callback', push)
      host.route('POST', '/callback', push)
      account = openAccount({ ...options, channel }, host, keep)
      await track(({ start }) => start())
    },
    send: (delivery) => track(({ deliver }) => deliver(delivery)),
    signal({ address }, signal) {
      if (account && signal.kind === 'typing') void track(({ typing }) => typing(address, signal.on))
    },
    standing: (address) => track(({ quota }) => quota.standing(address)),
    invite: (conversation) => track(({ qr }) => qr.invite(conversation)),
    async close() {
      account?.stop()
      account = undefined
      await Promise.allSettled(underWay)
    },
  }
}

interface Account {
  callback: ReturnType<typeof createCallback>
  deliver: Deliver
  typing: ReturnType<typeof createTyping>
  quota: Quota
  qr: Qr
  start(): Promise<void>
  stop(): void
}

function openAccount(
  options: WeChatOptions & { channel: string },
  host: Host,
  later: (work: Promise<void>) => unknown,
): Account {
  const {
    appId,
    secret,
    token,
    site,
    channel,
    encodingAesKeys = [],
    menu,
    miniPrograms = [],
    passiveReplyMs = 0,
  } = options
  const { clock, logger } = host
  const { api: base = 'https://api.weixin.qq.com', patience = 10_000 } = options
  const client = createClient({ host, appId, secret, base, patience })
  const media = createMedia({ host, client, site, fetchMs: FETCH_MS })
  const [quota, waiting] = [createQuota(host), createWaiting()]
  const qr = createQr({ host, client, site, channel, secret })
  const people = createPeople({ host, client, site })
  const labels = labelsOf(menu ?? [])
  const { welcome } = options
  const intake = createIntake({ host, site, media, quota, qr, people, waiting, labels, welcome, passiveReplyMs, later })
  const envelope = createEnvelope({ token, encodingAesKeys, receiveIds: [appId], clock })
  let retry: NodeJS.Timeout | undefined
  let stopped = false

  /** Pushes are taken in whether the platform's API works or not: it is tried until it does. */
  async function start(): Promise<void> {
    try {
      await client.check()
      if (menu !== undefined) await putUpMenu(menu, host, client)
      host.trouble(undefined)
    } catch (thrown) {
      const error = toHutongError(thrown)
      host.trouble(error)
      if (!stopped) retry = setTimeout(() => later(start()), error.retryable ? RETRY_MS : REFUSED_MS).unref()
    }
  }

  return {
    callback: createCallback({ envelope, logger, receive: intake.receive, now: clock.now }),
    deliver: createOutbox({ host, client, media, quota, waiting, capabilities: CAPABILITIES, miniPrograms }),
    typing: createTyping({ client, clock, logger, lastHeard: intake.lastHeard }),
    quota,
    qr,
    start,
    stop() {
      stopped = true
      clearTimeout(retry)
      waiting.close()
    },
  }
}
