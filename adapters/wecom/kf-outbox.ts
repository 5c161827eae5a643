import type { Delivery, Host, Receipt, Standing } from '@hutong/core/adapter'
import { HutongError, toHutongError } from '@hutong/core/errors'
import type { Part } from '@hutong/core/parts'
import { platformCode } from '@hutong/tencent/api'
import { placeOf } from './kf-address.ts'
import { isReused, type KfCalls } from './kf-calls.ts'
import type { KfPlace } from './kf-codec.ts'
import type { KfMedia } from './kf-media.ts'
import { encode, isLink, type KfMessage, text } from './kf-messages.ts'
import { deliveryOf, earlierId, msgidOf } from './kf-msgid.ts'
import { KF_STATES, sendInState } from './kf-state.ts'
import { codeFor, type KfKnown, type KfOffer, type KfSentSince, type KfWindow, standingOf } from './kf-window.ts'

export interface KfOutbox {
  send(delivery: Delivery): Promise<Receipt>
  recall(native: string, address: string): Promise<void>
  standing(address: string): Promise<Standing>
  /** Sends a greeting by its code; the same `key` again shows nothing more. */
  greet(address: string, { code, key, words }: { code: string; key: string; words: string }): Promise<void>
}

export interface KfOutboxOptions {
  host: Pick<Host, 'clock' | 'logger'>
  channel: string
  accounts: readonly string[]
  calls: KfCalls
  media: Pick<KfMedia, 'upload' | 'thumb'>
  window: KfWindow
}

/** One message with the id that makes it one however often it is sent. */
interface Outgoing {
  readonly place: KfPlace
  readonly address: string
  readonly id: string
  /** 1 for the first try of its delivery. */
  readonly attempt: number
  readonly message: KfMessage
  readonly offer?: KfOffer
}

/** How it was counted, and for which window. */
interface Counted {
  readonly before: 'tried' | 'new'
  readonly code: string | undefined
  readonly since: string
}

/** What the platform says of the window, which it knows better than we count. */
const CLOSED: Readonly<Record<number, KfSentSince['closed']>> = { 95001: 'quota', 95002: 'window_closed' }

export function createKfOutbox({ host, channel, accounts, calls, media, window }: KfOutboxOptions): KfOutbox {
  const { clock } = host
  const inTurn = createTurns()

  async function messagesOf(part: Part, seq: number): Promise<KfMessage[]> {
    const thumb = isLink(part) ? await media.thumb(part) : undefined
    return encode(part, { seq, uploaded: await media.upload(part), thumb })
  }

  /** Counts before it calls: what happened when the answer is lost, is then known to have been tried. */
  async function post(one: Outgoing): Promise<void> {
    const { address, id, message } = one
    const counted = await window.change(address, (known) => count(known, one))
    const { code } = counted
    try {
      await (code === undefined ? sendInState(calls, one) : calls.sendOnEvent(code, id, message))
    } catch (thrown) {
      if (isReused(thrown, counted.before === 'tried' || one.attempt > 1 ? 'tried' : 'new')) return
      const closed = code === undefined ? CLOSED[platformCode(thrown) ?? 0] : undefined
      if (toHutongError(thrown).code !== 'timeout')
        await window.change(address, ({ sent }) => ({
          sent: notSent(sent, one, { ...counted, closed }),
          result: undefined,
        }))
      throw thrown
    }
  }

  function count(known: KfKnown, one: Outgoing): { sent: KfSentSince; result: Counted } {
    const { sent } = known
    const { id, message, offer } = one
    const tried = [...sent.ids, ...sent.earlier, ...sent.spent.map((spent) => spent.id)].includes(id)
    const before = tried ? 'tried' : 'new'
    const code = tried ? spentOn(id, sent.spent) : codeInstead(known, message)
    if (!tried && code === undefined) mustBeOpen(standingOf(known, clock.now()))
    const offers = offer === undefined ? sent.offers : [...sent.offers.filter(({ of }) => of !== offer.of), offer]
    const result = { before, code, since: sent.since } as const
    if (code === undefined) return { sent: { ...sent, offers, ids: [...new Set([...sent.ids, id])] }, result }
    return { sent: { ...sent, offers, spent: spending(sent, { code, id }) }, result }
  }

  /** The code that stands in for a window that is closed. */
  function codeInstead(known: KfKnown, { msgtype }: KfMessage): string | undefined {
    const kind = msgtype === 'text' ? 'text' : msgtype === 'msgmenu' ? 'menu' : undefined
    if (kind === undefined) return undefined
    const bare = { ...known, said: known.said && { ...known.said, codes: [] } }
    return standingOf(bare, clock.now()).open ? undefined : codeFor(kind, known, clock.now())?.code
  }

  function offerOf(delivery: Delivery, part: Part): { offer?: KfOffer } {
    if (part.kind !== 'choices') return {}
    const { seq, body } = delivery.entry
    const rating = body.kind === 'message' ? body.parts.find((one) => one.kind === 'rating') : undefined
    const options = part.options.map(({ id }) => id)
    const scale = rating !== undefined && options.every((id) => /^\d+$/.test(id)) ? { scale: rating.scale } : {}
    return { offer: { of: seq, options, ...scale } }
  }

  return {
    send: (delivery) =>
      inTurn(delivery.to.address, async () => {
        const { address } = delivery.to
        const place = placeOf(address, accounts)
        const [part] = delivery.parts
        if (part === undefined) throw new HutongError('rejected', 'the message has no parts')
        const messages = await messagesOf(part, delivery.entry.seq)
        const id = msgidOf(channel, delivery.key)
        for (const [index, message] of messages.entries()) {
          const last = index === messages.length - 1
          const own = last ? id : earlierId(id, index)
          await post({
            place,
            address,
            id: own,
            attempt: delivery.attempt,
            message,
            ...(last ? offerOf(delivery, part) : {}),
          })
        }
        return { state: 'sent', native: id }
      }),
    async recall(native, address) {
      const { openKfId } = placeOf(address, accounts)
      const { sent } = await window.look(address)
      const ids = new Set([...[...sent.earlier, ...sent.ids].filter((id) => deliveryOf(id) === native), native])
      try {
        for (const id of ids) await calls.recall(openKfId, id)
      } catch (thrown) {
        const error = toHutongError(thrown)
        if (error.code !== 'rejected') throw error
        throw new HutongError('rejected', 'WeChat takes back what is at most 2 minutes old', { cause: thrown })
      }
    },
    async standing(address) {
      const known = await window.look(address)
      const counted = standingOf(known, clock.now())
      const servicer = known.said?.servicer
      if (!counted.open || servicer === undefined) return counted
      const session = await calls.serviceState(placeOf(address, accounts)).catch((thrown: unknown) => {
        host.logger.debug({ code: toHutongError(thrown).code }, 'the state of a session is not known')
        return { state: 0 }
      })
      if (session.state !== KF_STATES.person) return counted
      return { open: false, code: 'window_closed', reason: `${servicer} has the session in WeCom and answers there` }
    },
    greet: (address, { code, key, words }) =>
      inTurn(address, async () => {
        const id = msgidOf(channel, key)
        await window.change(address, ({ sent }) => ({
          sent: { ...sent, spent: spending(sent, { code, id }) },
          result: undefined,
        }))
        await calls.sendOnEvent(code, id, text(words))
      }),
  }
}

function spending({ spent }: KfSentSince, on: { code: string; id: string }): KfSentSince['spent'] {
  return [...spent.filter(({ id }) => id !== on.id), on]
}

/** What surely did not arrive is not counted, unless an earlier try of it may have; what closed one window says nothing of the next. */
function notSent(sent: KfSentSince, one: Outgoing, counted: Counted & Pick<KfSentSince, 'closed'>): KfSentSince {
  const { before, since, closed } = counted
  const known = closed !== undefined && since === sent.since ? { ...sent, closed } : sent
  if (before === 'tried') return known
  const others = (ids: readonly string[]) => ids.filter((id) => id !== one.id)
  return {
    ...known,
    ids: others(sent.ids),
    earlier: others(sent.earlier),
    spent: sent.spent.filter(({ id }) => id !== one.id),
    offers: sent.offers.filter(({ of }) => of !== one.offer?.of),
  }
}

function spentOn(id: string, spent: readonly { code: string; id: string }[]): string | undefined {
  return spent.find((one) => one.id === id)?.code
}

function mustBeOpen(standing: Standing): void {
  if (!standing.open) throw new HutongError(standing.code, standing.reason)
}

/** One after the other for the same key. */
function createTurns(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>()
  return (key, work) => {
    const turn = Promise.allSettled([last.get(key)]).then(work)
    last.set(key, turn)
    const done = () => {
      if (last.get(key) === turn) last.delete(key)
    }
    turn.then(done, done)
    return turn
  }
}
