import type { FakeClock } from '@hutong/tencent/fake-clock'
import type { FakeMediaStore } from '@hutong/tencent/fake-media'
import type { FakePushed } from '@hutong/tencent/fake-pusher'
import type { FakeContent, FakeShown } from '@hutong/tencent/fake-shown'
import type { Kf } from './kf.ts'
import type { KfEntry } from './kf-log.ts'
import { type KfAccount, type KfCustomer, type KfSession, type KfState, WINDOW } from './kf-sessions.ts'
import { card, cardsOf } from './shapes.ts'

export interface FakeWeComFile {
  name: string
  bytes: Uint8Array<ArrayBuffer>
}

/**
 * A customer in WeChat who talks to a customer service account. Whoever writes without having come enters first. What she does resolves
 * once the company was told, with what came of it. Rejects with an Error for what her phone would not let her do.
 */
export interface FakeWeComCustomer {
  readonly externalUserId: string
  readonly openKfId: string
  /** Her id over all accounts of the same Open Platform account; without it the company learns none. */
  knownAs(who: { unionid?: string; nickname?: string }): void
  /** Opens the conversation, by a link as `add_contact_way` gives it (with `scene_param`) or with a scene said outright. */
  enter(by?: { url?: string; scene?: string; sceneParam?: string }): Promise<FakePushed>
  say(text: string): Promise<FakePushed>
  image(file: FakeWeComFile): Promise<FakePushed>
  /** Readers get it as AMR or as Silk, as they wish. */
  voice(file: FakeWeComFile): Promise<FakePushed>
  video(file: FakeWeComFile): Promise<FakePushed>
  file(file: FakeWeComFile): Promise<FakePushed>
  location(place: { latitude: number; longitude: number; name: string; address?: string }): Promise<FakePushed>
  link(page: { title: string; desc: string; url: string; picUrl?: string }): Promise<FakePushed>
  /** Any other type as the platform names it, such as `merged_msg` or `channels_shop_order`, with its fields. */
  other(type: string, fields: Readonly<Record<string, unknown>>): Promise<FakePushed>
  /** Taps an item of a menu: the newest that has this id. */
  pick(menuId: string): Promise<FakePushed>
  /** Takes back her newest message, or the one with this id. */
  recall(msgid?: string): Promise<FakePushed>
  /** Refuses, or takes again, what the account sends. */
  refuses(yes: 'yes' | 'no'): void
  sees(): readonly FakeShown[]
  state(): KfState
}

export interface CustomerParts {
  kf: Kf
  clock: FakeClock
  media: FakeMediaStore
  /** Which messages are on which screens, so that they can be taken back. */
  written: Map<string, { session: KfSession; shownId: string }>
}

const MB = 1024 * 1024
/** What is larger reaches the company as a line of text. */
const LARGEST = { image: 2 * MB, voice: 2 * MB, video: 10 * MB, file: 20 * MB } as const
const NAMES = { image: '图片', voice: '语音', video: '视频', file: '文件' } as const
const SILK = Uint8Array.from([2, ...Buffer.from('#!SILK_V3')])

export function createCustomer(customer: KfCustomer, account: KfAccount, parts: CustomerParts): FakeWeComCustomer {
  const { kf, media, written } = parts
  const { sessions } = kf
  const session = sessions.between(account, customer)
  const ids = { open_kfid: account.openKfId, external_userid: customer.externalUserId }
  const mine: string[] = []

  async function enter({ url, scene = '', sceneParam = '' }: { url?: string; scene?: string; sceneParam?: string }) {
    const read = url === undefined ? { account, scene, sceneParam } : kf.directory.readLink(url)
    if (read?.account !== account) throw new Error('this is no link of the account')
    session.cameBy = { scene: read.scene, sceneParam: read.sceneParam }
    const code = welcome(kf, session, parts.clock.now())
    return kf.event(account, {
      event_type: 'enter_session',
      external_userid: customer.externalUserId,
      scene: read.scene,
      scene_param: read.sceneParam,
      ...(code === undefined ? {} : { welcome_code: code }),
    })
  }

  /** What she says: on her screen, counted, told. */
  async function tell(content: FakeContent, message: KfEntry['message']): Promise<FakePushed> {
    const entered = session.cameBy === undefined ? enter({}) : undefined
    const shown = sessions.show(session, 'customer', content)
    sessions.said(session)
    const { entry, pushed } = kf.happen(account, 3, (format) => ({ ...ids, ...message(format) }))
    written.set(entry.msgid, { session, shownId: shown.id })
    mine.push(entry.msgid)
    await entered
    return pushed
  }

  async function file(kind: keyof typeof LARGEST, { name, bytes }: FakeWeComFile): Promise<FakePushed> {
    const { id } = media.keep(kind, name, bytes)
    const shown = { kind, media: id, name } as const
    if (bytes.length > LARGEST[kind])
      return tell(shown, () => ({ msgtype: 'text', text: { content: `[${NAMES[kind]}] 文件过大，请在企业微信查看` } }))
    const silk = kind === 'voice' ? media.keep('voice', name.replace(/\.\w+$/, '.silk'), SILK).id : id
    return tell(shown, (format) => ({ msgtype: kind, [kind]: { media_id: format === 1 ? silk : id } }))
  }

  return {
    externalUserId: customer.externalUserId,
    openKfId: account.openKfId,
    knownAs({ unionid = customer.unionid, nickname = customer.nickname }) {
      customer.unionid = unionid
      customer.nickname = nickname
    },
    enter: (by = {}) => enter(by),
    say: (text) => tell({ kind: 'text', text }, () => ({ msgtype: 'text', text: { content: text } })),
    image: (one) => file('image', one),
    voice: (one) => file('voice', one),
    video: (one) => file('video', one),
    file: (one) => file('file', one),
    location: ({ latitude, longitude, name, address = '' }) =>
      tell({ kind: 'location', name, latitude, longitude }, () => ({
        msgtype: 'location',
        location: { latitude, longitude, name, address },
      })),
    link: ({ title, desc, url, picUrl = '' }) =>
      tell(cardsOf('link', [card({ title, description: desc, url, picture: picUrl })]), () => ({
        msgtype: 'link',
        link: { title, desc, url, pic_url: picUrl },
      })),
    other: (type, fields) => tell({ kind: 'text', text: `[${type}]` }, () => ({ msgtype: type, [type]: fields })),
    async pick(menuId) {
      const item = session.shown
        .flatMap((one) => (one.kind === 'menu' ? one.items : []))
        .findLast(({ id, url }) => id === menuId && url === undefined)
      if (item === undefined) throw new Error('no message offers that')
      const text = { content: item.text, ...(menuId === '' ? {} : { menu_id: menuId }) }
      return tell({ kind: 'text', text: item.text }, () => ({ msgtype: 'text', text }))
    },
    async recall(msgid = mine.at(-1)) {
      const place = msgid === undefined || !mine.includes(msgid) ? undefined : written.get(msgid)
      if (place === undefined) throw new Error('she wrote no such message')
      sessions.takeBack(session, place.shownId, '你撤回了一条消息')
      return kf.event(account, {
        event_type: 'user_recall_msg',
        external_userid: customer.externalUserId,
        recall_msgid: msgid,
      })
    },
    refuses(yes) {
      session.refuses = yes === 'yes'
    },
    sees: () => session.shown,
    state: () => sessions.stateOf(session),
  }
}

/** A code for a welcome, when the account has none of its own and neither side wrote for 48 h. */
function welcome(kf: Kf, session: KfSession, now: number): string | undefined {
  const { nativeWelcome } = session.account
  const quiet = session.answeredAt + WINDOW <= now
  if (nativeWelcome === undefined) return quiet ? kf.codes.give(session, 'welcome') : undefined
  if (quiet) kf.sessions.show(session, 'account', { kind: 'text', text: nativeWelcome })
  if (quiet) session.answeredAt = now
  return undefined
}
