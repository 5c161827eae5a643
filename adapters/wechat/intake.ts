import { setTimeout as sleep } from 'node:timers/promises'
import type { Arrival, Host } from '@hutong/core/adapter'
import { body as bodySchema } from '@hutong/core/entry'
import { HutongError } from '@hutong/core/errors'
import { parse } from '@hutong/core/parse'
import type { PartInput } from '@hutong/core/parts'
import type { Opened } from '@hutong/tencent/envelope'
import type { Payload } from '@hutong/tencent/payload'
import { writeXml } from '@hutong/tencent/xml'
import { type Decoded, decode, passive, readPick, textMessage, unsupported, type What } from './codec.ts'
import type { Media } from './media.ts'
import type { Waiting } from './passive.ts'
import type { People } from './people.ts'
import type { Qr } from './qr.ts'
import type { Occasion, Quota, StateEntry } from './quota.ts'

export interface IntakeOptions {
  host: Host
  site: string
  media: Media
  quota: Quota
  qr: Qr
  people: People
  waiting: Waiting
  /** What the menu's buttons are called, by their keys. */
  labels: ReadonlyMap<string, string>
  /** What whoever follows the account is told. */
  welcome: string | undefined
  passiveReplyMs: number
  /** What goes on after the answer to the platform. */
  later(work: Promise<void>): unknown
}

/** From a push to the log. */
export interface Intake {
  /** Resolves once it is durable, with the text of a reply where there is one. */
  receive(opened: Opened): Promise<string | undefined>
  /** When a customer last did something (ms), as far as this node knows. */
  lastHeard(openid: string): number | undefined
}

type Words = Extract<What, { kind: 'message' }>

interface Push extends Decoded {
  openid: string
  opened: Opened
}

const REPLIES_MS = 60_000
/** The platform cuts the connection after five seconds. */
const PLATFORM_WAITS_MS = 4_500
/** How long words wait for a file before them. */
const ORDER_MS = 3_000
const MOST_HEARD = 10_000

export function createIntake(options: IntakeOptions): Intake {
  const { host, media, quota, qr, people, waiting, labels, welcome, passiveReplyMs, later } = options
  const { clock, logger } = host
  const underWay = new Map<string, Promise<string | undefined>>()
  const replied = new Map<string, { text: string; at: number }>()
  const heard = new Map<string, number>()
  const fetching = new Map<string, Promise<void>>()

  async function takeIn(opened: Opened): Promise<string | undefined> {
    const decoded = decode(opened.payload, labels)
    const { openid, native, what } = decoded
    if (openid === undefined) {
      logger.info({ native, event: nameOf(what) }, 'the platform told what concerns no customer')
      return undefined
    }
    // The platform repeats what is not answered in five seconds: also with another signature.
    const running = underWay.get(native)
    if (running !== undefined) return running
    const before = replied.get(native)
    if (before !== undefined) return before.text
    const started = handle({ ...decoded, openid, opened }).finally(() => underWay.delete(native))
    underWay.set(native, started)
    return started
  }

  async function handle(push: Push): Promise<string | undefined> {
    const { openid, what } = push
    switch (what.kind) {
      case 'message':
        return said(push, what)
      case 'follow':
      case 'scan':
        await came(push, what)
        return what.kind === 'follow' && welcome !== undefined
          ? reply(push, passive(textMessage(welcome), push.opened.format))
          : undefined
      case 'unfollow':
        await quota.leave(openid, push.at ?? clock.now())
        return undefined
      case 'passing':
        if (what.press) await mayAnswer(push, 'menu', note)
        logger.debug({ native: push.native, event: what.name }, what.meaning)
        return undefined
      case 'act':
        await acted(push, what.parts)
        return undefined
    }
  }

  /** `keep` writes what was counted, with the message where there is one. */
  function mayAnswer<T>(
    { openid, native, at = clock.now() }: Push,
    occasion: Occasion,
    keep: (counted: StateEntry | undefined) => Promise<T>,
  ): Promise<T> {
    heard.delete(openid)
    heard.set(openid, clock.now())
    const [oldest] = heard.keys()
    if (heard.size > MOST_HEARD && oldest !== undefined) heard.delete(oldest)
    return quota.open(openid, { occasion, native, at }, keep)
  }

  async function note(counted: StateEntry | undefined): Promise<void> {
    if (counted) await host.state.set(counted.key, counted.value)
  }

  async function came(push: Push, { kind, scene }: Extract<What, { kind: 'follow' | 'scan' }>): Promise<void> {
    await mayAnswer(push, kind, note)
    const joined = scene !== undefined && (await qr.follow(push.openid, scene))
    if (joined) later(people.meet(push.openid))
  }

  async function said(push: Push, words: Words): Promise<string | undefined> {
    const { openid, opened } = push
    const started = clock.now()
    const parts = await inTurn(openid, words)
    const choice = await chosen(options, openid, words.pick)
    const { duplicate } = await mayAnswer(push, words.occasion, (state) =>
      handIn(options, push, { parts, choice, state }),
    )
    later(people.meet(openid))
    const patience = Math.min(passiveReplyMs, PLATFORM_WAITS_MS - (clock.now() - started))
    if (duplicate || patience <= 0) return undefined
    return reply(push, await waiting.hold(openid, opened.format, patience))
  }

  /** What is said after a file waits a moment until that is there, so that both stand in the order they were sent. */
  async function inTurn(openid: string, { medium, parts }: Words): Promise<PartInput[]> {
    const before = fetching.get(openid) ?? Promise.resolve()
    if (medium === undefined) {
      if (fetching.has(openid)) await Promise.race([before, sleep(ORDER_MS, undefined, { ref: false })])
      return parts
    }
    const fetched = Promise.all([media.fetch(medium), before])
    const turn = fetched.then(() => undefined)
    fetching.set(openid, turn)
    const [part] = await fetched
    if (fetching.get(openid) === turn) fetching.delete(openid)
    return [part]
  }

  async function acted(push: Push, parts: PartInput[]): Promise<void> {
    const known = await host.log.find(options.site, push.openid)
    logger.debug({ native: push.native }, 'a customer did something apart from writing')
    if (known) await handIn(options, push, { parts, automatic: true })
  }

  function reply({ openid, account, native, opened }: Push, fields: Payload | undefined): string | undefined {
    if (fields === undefined) return undefined
    const now = clock.now()
    const whole = { ToUserName: openid, FromUserName: account, CreateTime: Math.floor(now / 1000), ...fields }
    const text = opened.format === 'xml' ? writeXml('xml', whole) : JSON.stringify(whole)
    for (const [key, { at }] of replied) if (at < now - REPLIES_MS) replied.delete(key)
    replied.set(native, { text, at: now })
    return text
  }

  return { receive: takeIn, lastHeard: (openid) => heard.get(openid) }
}

/** All that may be logged of what concerns no customer: there are secrets in it, as in component_verify_ticket. */
function nameOf(what: What): string {
  return 'name' in what ? what.name.slice(0, 64) : what.kind
}

interface Handed {
  parts: PartInput[]
  choice?: { of: number; id: string } | undefined
  automatic?: true
  state?: StateEntry | undefined
}

/** The option that an item of a menu stands for, when the menu is of the conversation that the customer is in. */
async function chosen({ host, site }: IntakeOptions, openid: string, pick: string | undefined) {
  if (pick === undefined) return undefined
  const thread = await host.log.find(site, openid)
  return thread && readPick(pick, thread.conversation.id)
}

/** What the relay finds invalid is handed in as less, so that nothing is lost. */
async function handIn(options: IntakeOptions, push: Push, { parts, choice, ...more }: Handed) {
  const tries: Handed[] = [
    ...(choice ? [{ parts, choice }] : []),
    { parts },
    { parts: [unsupported('message', '[a message that cannot be shown]')] },
  ]
  for (const [index, { parts, choice }] of tries.entries())
    try {
      return await options.host.receive(arrival(options, push, { ...more, parts, choice }))
    } catch (thrown) {
      const invalid = thrown instanceof HutongError && thrown.code === 'invalid'
      if (!invalid || index === tries.length - 1) throw thrown
    }
  throw new HutongError('internal', 'there is nothing to hand in')
}

function arrival({ site }: IntakeOptions, push: Push, { parts, choice, automatic, state }: Handed): Arrival {
  const body = parse(bodySchema, { kind: 'message', parts, ...(choice && { choice }) })
  if (body.kind !== 'message') throw new HutongError('internal', 'a message is no message')
  return {
    from: { address: push.openid, verified: 'platform' },
    site,
    key: `wx:${push.native.replaceAll(/[^\w.:@/+=-]/g, '_').slice(0, 190)}`,
    native: push.native,
    body,
    ...(push.at !== undefined && { at: push.at }),
    ...(automatic && { automatic }),
    ...(state && { state }),
    raw: push.opened.raw,
  }
}
