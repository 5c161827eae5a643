import type { Adapter, Host } from '@hutong/core/adapter'
import { HutongError, toHutongError } from '@hutong/core/errors'
import { createCallback } from '@hutong/tencent/callback'
import { createEnvelope, type Opened } from '@hutong/tencent/envelope'
import { createSceneTokens } from '@hutong/tencent/scene'
import { createWeComClient } from './client.ts'
import { addressOf } from './kf-address.ts'
import { createKfCalls } from './kf-calls.ts'
import { KF_CAPABILITIES } from './kf-capabilities.ts'
import { createKfCustomers } from './kf-customers.ts'
import { textOf } from './kf-fields.ts'
import { createKfIntake } from './kf-intake.ts'
import { createKfInvitations } from './kf-invitations.ts'
import { createKfMedia } from './kf-media.ts'
import { createKfOutbox } from './kf-outbox.ts'
import { createKfPuller, type KfPuller } from './kf-puller.ts'
import { createKfWindow } from './kf-window.ts'

export interface WeComKfOptions {
  channel: string
  /** The site that the accounts belong to. */
  site: string
  corpId: string
  /** Of the self-built app that may call customer service. */
  secret: string
  /** The token that callbacks are signed with. */
  token: string
  /** 43 characters each: the current one first, then the one before. */
  encodingAesKeys: readonly string[]
  /** `wk…`; the first one is where links lead to. */
  openKfIds: readonly string[]
  /** What customers read who come for the first time in 48 hours. WeCom gives a code for it only when the account has no welcome of its own. */
  welcome?: string
  /** `https://qyapi.weixin.qq.com` when left out. */
  apiBase?: string
  /** Milliseconds between looks at the accounts besides callbacks, which get lost now and then. 3 minutes when left out. */
  pollMs?: number
  /** Milliseconds that one call may take. */
  timeoutMs?: number
  /** Milliseconds that the files of one page of messages may take together, 30 s when left out; then they are kept as a line of text. */
  filesMs?: number
  /** How to let time pass. */
  wait?(ms: number): Promise<void>
}

const POLL_MS = 3 * 60_000
const RETRY_MS = 5_000
/** The platform waits 5 s for an answer; what takes longer goes on without one. */
const ANSWER_MS = 3_000

type KfAdapter = Adapter & Required<Pick<Adapter, 'recall' | 'standing' | 'invite' | 'site'>>

/** 微信客服: people in WeChat who write to customer service accounts of a company. */
export function createWeComKfAdapter(options: WeComKfOptions): KfAdapter {
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
    capabilities: KF_CAPABILITIES,
    async open(host) {
      running ??= run(host, options)
      await running.start()
    },
    send: async (delivery) => {
      const { outbox, during } = opened()
      return during(outbox.send(delivery))
    },
    signal() {
      // The platform shows nothing that passes.
    },
    recall: async (native, to) => opened().outbox.recall(native, to.address),
    standing: async (address) => opened().outbox.standing(address),
    invite: async (conversation) => opened().invite(conversation),
    async close() {
      await running?.close()
    },
  }
}

type Running = ReturnType<typeof run>

function run(host: Host, options: WeComKfOptions) {
  const { channel, site, secret, openKfIds, welcome, pollMs = POLL_MS } = options
  const wait = options.wait ?? ((ms) => new Promise<void>((resolve) => setTimeout(resolve, ms).unref()))
  const calls = createKfCalls(createWeComClient({ ...options, host }))
  const window = createKfWindow({ host, wait })
  const media = createKfMedia({ host, calls, site, filesMs: options.filesMs, wait })
  const following = new Set<string>()
  const scenes = createSceneTokens(secret, channel, host.clock)
  const customers = createKfCustomers({ host, calls, site })
  const outbox = createKfOutbox({ host, channel, accounts: openKfIds, calls, media, window })
  const underWay = new Set<Promise<unknown>>()
  const problems = new Map<string, HutongError>()
  let closed = false
  let timer: NodeJS.Timeout | undefined

  const pullers = new Map(
    openKfIds.map((openKfId): [string, KfPuller] => {
      const { take } = createKfIntake({
        ...{ host, openKfId, site, customers, media, window, scenes, following },
        async welcome(code, entered) {
          if (welcome === undefined) return
          const greeting = { code, key: entered.id, words: welcome }
          await outbox.greet(addressOf(entered), greeting).catch((thrown: unknown) => {
            host.logger.warn({ code: toHutongError(thrown).code }, 'a welcome was not sent')
          })
        },
      })
      return [openKfId, createKfPuller({ host, calls, openKfId, take, wait })]
    }),
  )

  async function checkAccounts(): Promise<void> {
    const known = await calls.accounts()
    const missing = openKfIds.filter((one) => !known.includes(one))
    if (missing.length === 0) return
    const why = `the app may not call for ${missing.join(', ')}: is the account there, and is the app named under "APIs may be called by"?`
    throw new HutongError('misconfigured', why, { field: 'openKfIds' })
  }

  function look(): void {
    for (const [openKfId, puller] of pullers) watch(openKfId, puller.wake())
  }

  /** What keeps one account from being read is not over because another can be. */
  function watch(openKfId: string, pulled: Promise<void>): void {
    const works = () => {
      problems.delete(openKfId)
      const [other] = problems.values()
      host.trouble(other)
    }
    pulled.then(works, (thrown: unknown) => {
      if (closed) return
      const error = toHutongError(thrown)
      problems.set(openKfId, error)
      host.trouble(error)
      plan(Math.max(RETRY_MS, error.retryAfter ?? 0))
    })
  }

  function plan(ms: number): void {
    clearTimeout(timer)
    if (closed) return
    timer = setTimeout(() => {
      plan(pollMs)
      look()
    }, ms).unref()
  }

  async function receive({ payload }: Opened): Promise<undefined> {
    if (closed) throw new HutongError('unavailable', 'the channel is closed')
    const openKfId = textOf(payload.OpenKfId)
    const puller = pullers.get(openKfId)
    if (payload.Event !== 'kf_msg_or_event' || puller === undefined) {
      host.logger.debug({ event: textOf(payload.Event) }, 'a callback that is not for this channel')
      return undefined
    }
    const pulled = puller.wake(textOf(payload.Token) || undefined)
    watch(openKfId, pulled)
    await Promise.race([pulled, wait(ANSWER_MS)])
    return undefined
  }

  const { token, encodingAesKeys, corpId } = options
  const envelope = createEnvelope({ token, encodingAesKeys, receiveIds: [corpId], clock: host.clock })
  const callback = createCallback({ envelope, logger: host.logger, receive, accepted: '', now: host.clock.now })
  host.route('GET', '/callback', callback.get)
  host.route('POST', '/callback', callback.post)

  return {
    outbox,
    invite: createKfInvitations({ host, calls, scenes, openKfId: openKfIds[0] ?? '' }),
    closed: () => closed,
    async start() {
      await checkAccounts()
      plan(pollMs)
      look()
    },
    /** `close` waits for it. */
    during<T>(work: Promise<T>): Promise<T> {
      underWay.add(work)
      const done = () => underWay.delete(work)
      work.then(done, done)
      return work
    },
    async close() {
      closed = true
      clearTimeout(timer)
      await Promise.all([...pullers.values()].map((one) => one.close()))
      await Promise.allSettled(underWay)
    },
  }
}
