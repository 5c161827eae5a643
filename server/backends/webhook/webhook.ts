import type { Action, Backend, BackendHost, Event, Tools } from '@hutong/core/backend'
import { type BodyKind, body } from '@hutong/core/entry'
import { HutongError, toHutongError } from '@hutong/core/errors'
import { z } from 'zod'
import { withUrls } from '../../present.ts'
import { isOwedTo } from '../../route.ts'
import { VERSION } from '../../version.ts'
import { answerOf } from './answer-of.ts'
import { DISABLED, type Disabled } from './disabled.ts'
import { ENVELOPE_TYPE, envelope } from './envelope.ts'
import { type Posted, post } from './post.ts'
import { createSigner, secretMistake } from './signer.ts'

const kinds = z.enum(body.options.map(({ shape }) => shape.kind.value))

export const webhookOptions = z
  .strictObject({
    /** The name that contacts see. */
    title: z.string().min(1).max(80).optional(),
    /** Whoever writes the configuration chooses it, so private addresses are allowed. */
    url: z.string().superRefine((value, context) => {
      const message = urlMistake(value)
      if (message !== undefined) context.addIssue({ code: 'custom', message })
    }),
    /** What every request is signed with, one signature each: the new one beside the old one while secrets change. */
    secrets: z
      .array(
        z.string().superRefine((value, context) => {
          const message = secretMistake(value)
          if (message !== undefined) context.addIssue({ code: 'custom', message })
        }),
      )
      .min(1)
      .max(5),
    hears: z.enum(['floor', 'everything']).default('floor'),
    /** With `everything`: the kinds of entries and the ids of sites that it wants. What it has to answer it is told in any case. */
    kinds: z.array(kinds).min(1).optional(),
    sites: z.array(z.string().min(1).max(64)).min(1).optional(),
    /** Milliseconds until the floor goes on when no answer came. */
    answerWithin: z.int().min(1_000).max(600_000).default(15_000),
    /** Milliseconds that one request may take. */
    timeoutMs: z.int().min(100).max(30_000).default(15_000),
  })
  .superRefine(({ hears, ...rest }, context) => {
    for (const field of ['kinds', 'sites'] as const)
      if (hears === 'floor' && rest[field] !== undefined)
        context.addIssue({ code: 'custom', path: [field], message: 'is for "hears": "everything" alone' })
  })
export type WebhookOptions = z.input<typeof webhookOptions>
type Options = z.output<typeof webhookOptions>

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

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
/** Links to files end on a grid of this width, counted from the event, so that all tries of the schedule carry the same. */
const LINKS_FOR = 14 * DAY
/** Close to its end a link gives way to the next one, as in a dead letter that is brought after all. */
const LINKS_LEFT = DAY

/** Brings events by signed HTTP requests; the answer comes with the reply, or later over REST with the token of this name. */
export function createWebhookBackend(name: string, input: WebhookOptions): Backend {
  const options = webhookOptions.parse(input)
  const { title, hears, answerWithin } = options
  const signature = createSigner(options.secrets)
  const outage = createOutage()
  let host: BackendHost | undefined

  async function send(at: BackendHost, event: Event, signal: AbortSignal): Promise<Posted> {
    const { url, timeoutMs } = options
    const text = envelope(withLinks(event, at))
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

  async function bring(at: BackendHost, event: Event, signal: AbortSignal): Promise<readonly Action[] | 'later'> {
    try {
      const posted = await send(at, event, signal)
      if (posted.status === 410) throw await disable(at, name)
      return answerOf(posted)
    } catch (error) {
      if (toHutongError(error).retryable) outage.failed(event)
      throw error
    }
  }

  async function handle(event: Event, { signal }: Tools): Promise<void> {
    const owed = isOwedTo(event, name)
    if (!host || (!owed && !isWanted(options, event))) return
    if ((await host.state.get(DISABLED)) !== undefined) throw disabledError(name)
    const actions = await bring(host, event, signal)
    if (outage.ended()) await host.hasten()
    if (actions !== 'later') await carryOut(host, event, { actions, owed })
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
    },
    handle,
  }
}

/**
 * Tells when the other end is well again after several conversations in a row could not be brought there: what waits then is not
 * left to its schedule. One event that always fails is no outage. Whatever waits from an earlier run is due at the first success.
 */
function createOutage() {
  const failing = new Set<string>()
  let down = true
  return {
    failed({ conversation }: Event): void {
      failing.add(conversation)
      down ||= failing.size > 1
    },
    ended(): boolean {
      const ended = down
      down = false
      failing.clear()
      return ended
    },
  }
}

/** Only the answer to what has to be answered settles it: a note on another entry leaves the contact's question open. */
async function carryOut(
  host: BackendHost,
  event: Event,
  { actions, owed }: { actions: readonly Action[]; owed: boolean },
): Promise<void> {
  if (actions.length === 0 && !owed) return
  await host.act(event.conversation, {
    key: event.id,
    term: event.floor.term,
    ...(owed && { event: event.id }),
    actions: [...actions],
  })
}

function isWanted({ hears, kinds: wanted, sites }: Options, { site, entry }: Event): boolean {
  if (hears === 'floor') return true
  const kind: BodyKind = entry.body.kind
  return (wanted?.includes(kind) ?? true) && (sites?.includes(site) ?? true)
}

function withLinks(event: Event, host: BackendHost): Event {
  const { at } = event.entry
  const turns = Math.max(1, Math.ceil((host.clock.now() + LINKS_LEFT - at) / LINKS_FOR))
  const until = at + turns * LINKS_FOR
  return { ...event, entry: withUrls(event.entry, { url: ({ id }) => host.fileUrl(id, until) }) }
}

/** 410: the other end wants no more events. */
async function disable(host: BackendHost, name: string): Promise<HutongError> {
  if ((await host.state.get(DISABLED)) === undefined) {
    const why = 'the webhook answered 410'
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

function urlMistake(value: string): string | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) return 'must be an http(s) URL'
  if (url.username !== '' || url.password !== '')
    return 'must hold no user name and no password: the signature tells who calls'
  return undefined
}
