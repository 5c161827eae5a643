import type { Backend, BackendHost, Event, EventAnswer, Tools } from '@hutong/core/backend'
import type { BodyKind } from '@hutong/core/entry'
import { HutongError, toHutongError } from '@hutong/core/errors'
import { linked } from '../../event-links.ts'
import { isOwedTo } from '../../route.ts'
import { VERSION } from '../../version.ts'
import { answerOf } from './answer-of.ts'
import { DISABLED, type Disabled } from './disabled.ts'
import { ENVELOPE_TYPE, envelope } from './envelope.ts'
import { createOutage } from './outage.ts'
import { type Posted, post } from './post.ts'
import { letRest, RESTING, verifyRested } from './resting.ts'
import { createSigner } from './signer.ts'
import { type WebhookOptions, type WebhookSettings, webhookOptions } from './webhook-options.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** After the first try: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#deliverability-and-reliability */
export const SCHEDULE: readonly number[] = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
]
/** Brings events by signed HTTP requests; the answer comes with the reply, or later over REST with the token of this name. */
export function createWebhookBackend(name: string, input: WebhookOptions): Backend {
  const options = webhookOptions.parse(input)
  const { title, hears, answerWithin } = options
  const signature = createSigner(options.secrets)
  let outage = createOutage(Date.now)
  let host: BackendHost | undefined

  async function send(at: BackendHost, event: Event, signal: AbortSignal): Promise<Posted> {
    const { url, timeoutMs } = options
    const text = envelope(linked(event, { url: ({ id }, until) => at.fileUrl(id, until) }, at.clock.now()))
    const seconds = Math.floor(at.clock.now() / SECOND)
    const headers = {
      'content-type': ENVELOPE_TYPE,
      accept: 'application/json',
      'user-agent': `hutong/${VERSION}`,
      'webhook-id': event.id,
      'webhook-timestamp': String(seconds),
      'webhook-signature': signature({ id: event.id, seconds, body: text }),
    }
    return post({ url, headers, body: text, timeoutMs, signal, now: () => at.clock.now() })
  }

  async function bring(at: BackendHost, event: Event, signal: AbortSignal): Promise<EventAnswer> {
    try {
      const posted = await send(at, event, signal)
      if (posted.status === 410) throw await disable(at, name)
      if (posted.status >= 300 && posted.retryAfter) await letRest(at, posted.retryAfter)
      return answerOf(posted)
    } catch (error) {
      if (toHutongError(error).retryable) outage.failed(event.conversation)
      throw error
    }
  }

  async function handle(event: Event, { signal }: Tools): Promise<EventAnswer | undefined> {
    if (!host) throw new HutongError('unavailable', `${name} is not open`)
    if (!isOwedTo(event, name) && !isWanted(options, event)) return
    // In this order: whoever enables it has it left alone before, until what it missed is due again.
    const disabled = (await host.state.get(DISABLED)) !== undefined
    await verifyRested(host)
    if (disabled) throw disabledError(name)
    const answer = await bring(host, event, signal)
    if (outage.ended()) await host.hasten()
    return answer
  }

  return {
    name,
    ...(title !== undefined && { title }),
    answers: 'later',
    answerWithin,
    hears,
    retries: SCHEDULE,
    open: async (given) => {
      host = given
      outage = createOutage(given.clock.now)
    },
    handle,
  }
}

function isWanted({ hears, kinds, sites }: WebhookSettings, { site, entry }: Event): boolean {
  if (hears === 'floor') return true
  const kind: BodyKind = entry.body.kind
  return (kinds?.includes(kind) ?? true) && (sites?.includes(site) ?? true)
}

/** 410: the other end wants no more events. */
async function disable(host: BackendHost, name: string): Promise<HutongError> {
  if ((await host.state.get(DISABLED)) === undefined) {
    const why = 'the webhook answered 410'
    await host.state.set(RESTING, undefined)
    await host.state.set(DISABLED, { since: host.clock.now(), why } satisfies Disabled)
    host.logger.error({ status: 410 }, 'a webhook wants no more events and is disabled until it is enabled again')
  }
  return disabledError(name)
}

function disabledError(name: string): HutongError {
  return new HutongError(
    'gone',
    `the webhook answered 410 and is disabled: enable it again with POST /v1/backends/${name}/enable`,
  )
}
