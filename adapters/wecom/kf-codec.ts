import { createHash } from 'node:crypto'
import type { MediumKind, Part } from '@hutong/core/parts'
import type { Payload, PayloadValue } from '@hutong/tencent/payload'
import { recordOf, textOf } from './kf-fields.ts'
import { shareParts } from './kf-shares.ts'

/** A file as it comes: only its id, the content has to be fetched. */
export interface KfMedium {
  readonly kind: 'medium'
  readonly as: MediumKind
  readonly mediaId: string
}

/** Who talks with whom. */
export interface KfPlace {
  readonly openKfId: string
  readonly customer: string
}

interface KfItemBase extends KfPlace {
  /** The platform's id, unique in the account. */
  readonly id: string
  /** In ms. */
  readonly at: number
}

/** What somebody wrote: the customer, or one of ours (`servicer`) in WeCom's own client. */
export interface KfSaid extends KfItemBase {
  readonly kind: 'said'
  readonly servicer?: string
  readonly parts: readonly (Part | KfMedium)[]
  /** The id of the item of a menu that was tapped. */
  readonly menu?: string
  /** The platform itself says it, and nobody waits for an answer. */
  readonly automatic?: true
}

export interface KfEntered extends KfItemBase {
  readonly kind: 'entered'
  readonly param: string
  readonly welcomeCode?: string
}

/** How a session changed: a person has it, or it is over. `code` is good for one message. */
export interface KfSession extends KfItemBase {
  readonly kind: 'session'
  readonly servicer?: string
  readonly ended: boolean
  readonly code?: string
}

export interface KfRecalled extends KfItemBase {
  readonly kind: 'recalled'
  readonly of: string
  readonly servicer?: string
}

export interface KfSendFailed {
  readonly kind: 'send-failed'
  readonly native: string
  readonly failType: number
}

/** What concerns no customer. */
export interface KfOther {
  readonly kind: 'other'
  readonly native: string
}

export type KfItem = KfSaid | KfEntered | KfSession | KfRecalled | KfSendFailed | KfOther

const MEDIA: Readonly<Record<string, MediumKind>> = { image: 'image', voice: 'audio', video: 'video', file: 'file' }
const FROM_SERVICER = 5
const SESSION_ENDED = 3
const TEXT_MAX = 8_000
const PARTS_MAX = 10

/** One member of `msg_list` of `sync_msg` (https://developer.work.weixin.qq.com/document/path/94670). Never throws. */
export function decode(message: Payload): KfItem {
  const type = textOf(message.msgtype)
  return type === 'event' ? event(message, recordOf(message.event)) : said(message, type)
}

function said(message: Payload, type: string): KfSaid {
  const content = recordOf(message[type])
  const menu = type === 'text' ? textOf(content.menu_id) : ''
  return {
    kind: 'said',
    ...base(message, message),
    ...(Number(message.origin) === FROM_SERVICER ? { servicer: textOf(message.servicer_userid) || 'unknown' } : {}),
    ...(menu === '' ? {} : { menu }),
    parts: partsOf(type, content),
  }
}

function partsOf(type: string, content: Payload): readonly (Part | KfMedium)[] {
  const as = Object.hasOwn(MEDIA, type) ? MEDIA[type] : undefined
  const mediaId = textOf(content.media_id)
  if (as !== undefined && mediaId !== '') return [{ kind: 'medium', as, mediaId }]
  const words = type === 'text' ? textOf(content.content) : ''
  if (words.trim() !== '') return pieces(words)
  return shareParts(type, content) ?? [unsupported(type)]
}

function pieces(words: string): Part[] {
  const found = words.match(new RegExp(`[\\s\\S]{1,${TEXT_MAX}}`, 'g')) ?? []
  return found.slice(0, PARTS_MAX).map((text) => ({ kind: 'text', text, format: 'plain' }))
}

export function unsupported(native: string, text = `[${native}]`): Part {
  return { kind: 'unsupported', native: native.slice(0, 64), text: text.slice(0, TEXT_MAX) }
}

function event(message: Payload, content: Payload): KfItem {
  const common = base(message, content)
  const type = textOf(content.event_type)
  switch (type) {
    case 'enter_session':
      return {
        kind: 'entered',
        ...common,
        param: textOf(content.scene_param),
        ...named('welcomeCode', content.welcome_code),
      }
    case 'msg_send_fail':
      return { kind: 'send-failed', native: textOf(content.fail_msgid), failType: Number(content.fail_type) || 0 }
    case 'session_status_change': {
      const ended = Number(content.change_type) === SESSION_ENDED
      const servicer = ended ? {} : named('servicer', content.new_servicer_userid)
      return { kind: 'session', ...common, ended, ...servicer, ...named('code', content.msg_code) }
    }
    case 'user_recall_msg':
      return { kind: 'recalled', ...common, of: textOf(content.recall_msgid) }
    case 'servicer_recall_msg': {
      const servicer = textOf(content.servicer_userid) || 'unknown'
      return { kind: 'recalled', ...common, of: textOf(content.recall_msgid), servicer }
    }
    default:
      return type === 'servicer_status_change' || common.customer === ''
        ? { kind: 'other', native: type }
        : { kind: 'said', ...common, parts: [unsupported(`event.${type}`)], automatic: true }
  }
}

function base(message: Payload, place: Payload) {
  const seconds = Number(message.send_time)
  return {
    id: textOf(message.msgid) || createHash('sha256').update(JSON.stringify(message)).digest('hex').slice(0, 32),
    at: Number.isFinite(seconds) ? seconds * 1000 : 0,
    openKfId: textOf(place.open_kfid),
    customer: textOf(place.external_userid),
  }
}

function named<Name extends string>(name: Name, value: PayloadValue | undefined): { [Key in Name]?: string } {
  const text = textOf(value)
  return (text === '' ? {} : { [name]: text }) as { [Key in Name]?: string }
}
