import { createHash } from 'node:crypto'
import type { Arrival, Host } from '@hutong/core/adapter'
import type { ContactBody } from '@hutong/core/entry'
import { HutongError, toHutongError } from '@hutong/core/errors'
import type { Part } from '@hutong/core/parts'
import type { Payload } from '@hutong/tencent/payload'
import type { SceneTokens } from '@hutong/tencent/scene'
import { addressOf } from './kf-address.ts'
import type { KfPage } from './kf-calls.ts'
import {
  decode,
  type KfEntered,
  type KfItem,
  type KfMedium,
  type KfRecalled,
  type KfSaid,
  type KfSession,
} from './kf-codec.ts'
import type { KfCustomers } from './kf-customers.ts'
import type { KfMedia } from './kf-media.ts'
import { readMenuId } from './kf-messages.ts'
import { deliveryOf } from './kf-msgid.ts'
import { reasonOf } from './kf-send-fail.ts'
import { type KfOffer, type KfWindow, WINDOW_MS } from './kf-window.ts'

export interface KfIntakeOptions {
  host: Pick<Host, 'receive' | 'report' | 'join' | 'lease' | 'state' | 'log' | 'logger' | 'clock'>
  openKfId: string
  site: string
  customers: KfCustomers
  media: Pick<KfMedia, 'fetch'>
  window: KfWindow
  scenes: Pick<SceneTokens, 'read'>
  /** The scenes that somebody follows now, on any account of the channel. */
  following: Set<string>
  /** Greets somebody by a code that is good for some seconds. */
  welcome(code: string, entered: KfEntered): Promise<void>
}

export interface KfIntake {
  /** Hands in a page in its order; `state` is committed with its last message. Rejects when it must come again. */
  take(page: KfPage, state: NonNullable<Arrival['state']>, goOn: () => void): Promise<void>
}

const WELCOME_MS = 20_000
const SCENE_MS = 10_000
const KEY = /^[\w.:@/+=-]{1,150}$/

interface Piece {
  readonly item: KfItem
  readonly raw: string
}

/** Of a page: where its files come from, and what is written with its last message. */
interface Course {
  readonly files: ReturnType<KfMedia['fetch']>
  readonly state: Arrival['state']
}

export function createKfIntake(options: KfIntakeOptions): KfIntake {
  const { host, openKfId, site, customers, media, window, scenes, welcome } = options

  function arrivalOf({ item, raw }: { item: KfSaid | KfRecalled; raw: string }, body: ContactBody): Arrival {
    const profile = customers.profile(item.customer)
    const servicer = item.servicer === undefined ? {} : { author: { kind: 'agent', id: item.servicer } as const }
    return {
      from: { address: addressOf(item), verified: 'platform', ...(profile === undefined ? {} : { profile }) },
      site,
      key: keyOf(item.id),
      native: item.id,
      body,
      at: item.at > 0 ? item.at : host.clock.now(),
      raw,
      ...servicer,
    }
  }

  async function said(item: KfSaid, raw: string, { files, state }: Course): Promise<void> {
    const address = addressOf(item)
    if (item.servicer === undefined && item.automatic === undefined) await window.wrote(address, item)
    const parts: Part[] = []
    for (const part of item.parts) parts.push(part.kind === 'medium' ? await files(part) : part)
    const arrival = {
      ...arrivalOf({ item, raw }, { kind: 'message', parts }),
      ...(item.automatic ? { automatic: true } : {}),
      ...(state === undefined ? {} : { state }),
    }
    const picked = item.menu === undefined ? undefined : await pickOf(address, item.menu)
    await handIn(host, arrival, picked === undefined ? undefined : bodyOf(picked, parts))
    await customers.unite(item.customer, address)
  }

  /** What a tapped item stands for, when it is one of those we sent last. */
  async function pickOf(address: string, menu: string): Promise<{ offer: KfOffer; id: string } | undefined> {
    const read = readMenuId(menu)
    const offer = (await window.look(address)).sent.offers.findLast(({ of }) => of === read?.seq)
    const id = offer?.options[read?.index ?? -1]
    return offer === undefined || id === undefined ? undefined : { offer, id }
  }

  async function entered(item: KfEntered): Promise<void> {
    const address = addressOf(item)
    const until = item.at + WELCOME_MS
    const fresh = item.welcomeCode !== undefined && until > host.clock.now()
    const code =
      item.welcomeCode !== undefined && fresh ? { code: item.welcomeCode, until, takes: 'menu' as const } : undefined
    await window.changed(address, code === undefined ? {} : { code })
    const scene = scenes.read(item.param)
    const brought = scene !== undefined && (await bring(options, address, scene))
    // The code is good for one message, and whoever follows a link has to be told where they are.
    if (code !== undefined && !brought) await welcome(code.code, item)
  }

  async function session(item: KfSession): Promise<void> {
    const ms = item.ended ? WELCOME_MS : WINDOW_MS
    const takes = item.ended ? ('menu' as const) : ('text' as const)
    const code = item.code === undefined ? {} : { code: { code: item.code, until: item.at + ms, takes } }
    const { ended, servicer } = item
    await window.changed(addressOf(item), {
      session: { ended, ...(servicer === undefined ? {} : { servicer }) },
      ...code,
    })
  }

  async function recalled(item: KfRecalled, raw: string): Promise<void> {
    const place = await host.log.locate(item.of)
    if (place === undefined) return
    const body = { kind: 'recall', of: place.seq } as const
    await handIn(host, { ...arrivalOf({ item, raw }, body), conversation: place.conversation })
  }

  async function happened({ item, raw }: Piece, course: Course): Promise<void> {
    switch (item.kind) {
      case 'said':
        return said(item, raw, course)
      case 'entered':
        return entered(item)
      case 'session':
        return session(item)
      case 'recalled':
        return recalled(item, raw)
      case 'send-failed':
        return host.report(deliveryOf(item.native), { state: 'failed', reason: reasonOf(item.failType) })
      case 'other':
        host.logger.debug({ event: item.native }, 'an event that concerns no customer')
    }
  }

  return {
    async take({ messages }, state, goOn) {
      const pieces = messages.map((message) => ({ item: decodeAt(message, openKfId), raw: JSON.stringify(message) }))
      await customers.meet(pieces.flatMap(({ item }) => (item.kind === 'said' ? [item.customer] : [])))
      const files = media.fetch(pieces.flatMap(({ item }) => mediaOf(item)))
      const ordered = filesLast(pieces)
      for (const [index, piece] of ordered.entries()) {
        goOn()
        await happened(piece, { files, state: index === ordered.length - 1 ? state : undefined })
      }
      if (ordered.at(-1)?.item.kind !== 'said') await host.state.set(state.key, state.value)
    },
  }
}

/** A link works once: whoever follows it later is not the one it was given to. */
async function bring(
  { host, site, following }: Pick<KfIntakeOptions, 'host' | 'site' | 'following'>,
  address: string,
  { conversation, id }: { conversation: string; id: string },
): Promise<boolean> {
  const key = `scene:${id}`
  const lease = await host.lease(key, SCENE_MS)
  if (lease === undefined) throw new HutongError('unavailable', 'another node reads the same scene')
  if (following.has(id)) return false
  following.add(id)
  try {
    if ((await host.state.get(key)) !== undefined) return false
    await host.join({ address, site, verified: 'scene' }, { conversation })
    await host.state.set(key, host.clock.now())
    return true
  } finally {
    following.delete(id)
    await lease.release()
  }
}

/** A refusal for what the message says must not stop those after it: it is handed in as plainly as it can be. */
async function handIn(
  { receive, logger }: Pick<Host, 'receive' | 'logger'>,
  arrival: Arrival,
  meant?: ContactBody,
): Promise<void> {
  const refused = (thrown: unknown) => {
    const { code } = toHutongError(thrown)
    if (code !== 'invalid' && code !== 'forbidden' && code !== 'not_found') throw thrown
    logger.warn({ code, native: arrival.native }, 'a message was refused as it is')
  }
  if (meant !== undefined) {
    const taken = await receive({ ...arrival, body: meant }).catch(refused)
    if (taken !== undefined) return
  }
  if ((await receive(arrival).catch(refused)) !== undefined || arrival.body.kind !== 'message') return
  const parts: Part[] = [{ kind: 'unsupported', native: 'refused', text: '[…]' }]
  await receive({ ...arrival, body: { kind: 'message', parts } })
}

function mediaOf(item: KfItem): KfMedium[] {
  return item.kind === 'said' ? item.parts.filter((part) => part.kind === 'medium') : []
}

/** Nobody waits for somebody else's files; what each customer said keeps its order. */
function filesLast(pieces: readonly Piece[]): Piece[] {
  const whose = ({ item }: Piece) => ('customer' in item ? item.customer : undefined)
  const slow = new Set(pieces.filter(({ item }) => mediaOf(item).length > 0).map(whose))
  return [...pieces.filter((piece) => !slow.has(whose(piece))), ...pieces.filter((piece) => slow.has(whose(piece)))]
}

/** Some messages do not name the account that they were read from. */
function decodeAt(message: Payload, openKfId: string): KfItem {
  const item = decode(message)
  return 'openKfId' in item ? { ...item, openKfId } : item
}

function bodyOf({ offer, id }: { offer: KfOffer; id: string }, parts: Part[]): ContactBody {
  if (offer.scale === undefined) return { kind: 'message', parts, choice: { of: offer.of, id } }
  return { kind: 'rating', of: offer.of, scale: offer.scale, score: Number(id) }
}

function keyOf(id: string): string {
  return KEY.test(id) ? `kf:${id}` : `kf:${createHash('sha256').update(id).digest('hex')}`
}
