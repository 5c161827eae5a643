import { HutongError } from '@hutong/core/errors'
import { type Api, platformCode } from '@hutong/tencent/api'
import type { Payload } from '@hutong/tencent/payload'
import { z } from 'zod'
import type { KfPlace } from './kf-codec.ts'
import type { KfMessage, KfUploaded } from './kf-messages.ts'
import {
  customersRequest,
  type KfFrom,
  recallRequest,
  sendOnEventRequest,
  sendRequest,
  stateRequest,
  syncRequest,
  takeRequest,
} from './kf-requests.ts'

export interface KfPage {
  readonly messages: readonly Payload[]
  readonly cursor: string
  readonly more: boolean
}

export interface KfCustomerCard {
  readonly customer: string
  readonly name: string
  readonly avatar: string
  readonly unionid: string
}

/** 0 new, 1 with a robot, 2 waiting in the pool, 3 with a person, 4 over. */
export interface KfServiceState {
  readonly state: number
  readonly servicer: string
}

/** The calls of 微信客服 (https://developer.work.weixin.qq.com/document/path/94638). Each rejects as `Api` does. */
export interface KfCalls {
  sync(openKfId: string, from: KfFrom): Promise<KfPage>
  send(to: KfPlace, msgid: string, message: KfMessage): Promise<void>
  sendOnEvent(code: string, msgid: string, message: KfMessage): Promise<void>
  recall(openKfId: string, msgid: string): Promise<void>
  serviceState(of: KfPlace): Promise<KfServiceState>
  /** Gives a session to the API. */
  takeSession(of: KfPlace): Promise<void>
  customers(ids: readonly string[]): Promise<KfCustomerCard[]>
  /** The ids of all accounts that the app may call for. */
  accounts(): Promise<string[]>
  contactWay(openKfId: string, scene: string): Promise<string>
  upload(
    type: KfUploaded['type'],
    file: { content: ReadableStream<Uint8Array>; name: string; type: string },
  ): Promise<string>
  download(mediaId: string): ReturnType<Api['download']>
}

const STALE_TOKEN = 95007
const ACCOUNTS = 100

const nothing = z.object({})
const record = z.custom<Payload>((value) => typeof value === 'object' && value !== null && !Array.isArray(value))
const page = z.object({
  next_cursor: z.string().default(''),
  has_more: z.number().default(0),
  msg_list: z.array(record).default([]),
})
const accounts = z.object({ account_list: z.array(z.object({ open_kfid: z.string() })).default([]) })
const state = z.object({ service_state: z.number(), servicer_userid: z.string().default('') })
const customers = z.object({
  customer_list: z
    .array(
      z.object({
        external_userid: z.string(),
        nickname: z.string().default(''),
        avatar: z.string().default(''),
        unionid: z.string().default(''),
      }),
    )
    .default([]),
})

export function createKfCalls(api: Api): KfCalls {
  async function sync(openKfId: string, from: KfFrom): Promise<KfPage> {
    const read = await api.post('/cgi-bin/kf/sync_msg', syncRequest(openKfId, from), page)
    return { messages: read.msg_list, cursor: read.next_cursor, more: read.has_more === 1 }
  }

  return {
    async sync(openKfId, from) {
      try {
        return await sync(openKfId, from)
      } catch (thrown) {
        if (from.token === undefined || platformCode(thrown) !== STALE_TOKEN) throw thrown
        return sync(openKfId, { ...from, token: undefined })
      }
    },
    async send(to, msgid, message) {
      await api.post('/cgi-bin/kf/send_msg', sendRequest(to, msgid, message), nothing)
    },
    async sendOnEvent(code, msgid, message) {
      await api.post('/cgi-bin/kf/send_msg_on_event', sendOnEventRequest(code, msgid, message), nothing)
    },
    async recall(openKfId, msgid) {
      await api.post('/cgi-bin/kf/recall_msg', recallRequest(openKfId, msgid), nothing)
    },
    async serviceState(of) {
      const read = await api.post('/cgi-bin/kf/service_state/get', stateRequest(of), state)
      return { state: read.service_state, servicer: read.servicer_userid }
    },
    async takeSession(of) {
      await api.post('/cgi-bin/kf/service_state/trans', takeRequest(of), nothing)
    },
    async customers(ids) {
      const { customer_list: list } = await api.post('/cgi-bin/kf/customer/batchget', customersRequest(ids), customers)
      return list.map(({ external_userid: customer, nickname: name, ...more }) => ({ customer, name, ...more }))
    },
    async accounts() {
      const found: string[] = []
      for (let more = true; more; ) {
        const body = { offset: found.length, limit: ACCOUNTS }
        const { account_list: list } = await api.post('/cgi-bin/kf/account/list', body, accounts)
        found.push(...list.map(({ open_kfid: openKfId }) => openKfId))
        more = list.length === ACCOUNTS
      }
      return found
    },
    async contactWay(openKfId, scene) {
      const way = z.object({ url: z.string().regex(/^https?:\/\//) })
      return (await api.post('/cgi-bin/kf/add_contact_way', { open_kfid: openKfId, scene }, way)).url
    },
    async upload(type, file) {
      const { media_id: id } = await api.upload(
        `/cgi-bin/media/upload?type=${type}`,
        file,
        z.object({ media_id: z.string() }),
      )
      return id
    },
    download: (mediaId) => api.download(`/cgi-bin/media/get?media_id=${encodeURIComponent(mediaId)}`),
  }
}

/**
 * Whether a refusal says that the platform has the message already, which takes every id once. There is no number for that: what
 * names the id of a message that was tried before is believed, for our ids are well-formed. Of a first try it is a refusal.
 */
export function isReused(thrown: unknown, before: 'tried' | 'new'): boolean {
  if (before === 'new' || !(thrown instanceof HutongError) || platformCode(thrown) === undefined) return false
  return thrown.code === 'rejected' && /msgid/i.test(thrown.message)
}
