import type { FakeClock } from '@hutong/tencent/fake-clock'
import type { FakeMediaStore } from '@hutong/tencent/fake-media'
import type { FakePayload } from '@hutong/tencent/fake-payload'
import type { FakePushed } from '@hutong/tencent/fake-pusher'
import type { FakeContent, FakeShown } from '@hutong/tencent/fake-shown'
import type { Occasion } from './allowance.ts'
import { type Bar, PRESSES_THAT_COUNT } from './bar.ts'
import type { Code, Codes } from './codes.ts'
import type { People, Person } from './people.ts'

export interface FakeWeChatFile {
  name: string
  bytes: Uint8Array<ArrayBuffer>
}

/**
 * A customer's phone. Whatever she does resolves once the account was told, with what came of it; that takes up to three times five
 * seconds where nobody answers. Rejects with an Error for what her phone would not let her do.
 */
export interface FakeWeChatPhone {
  readonly openid: string
  /** Her id over all accounts of the same Open Platform account; without it the account learns none. */
  knownAs(unionid: string): void
  /** `scene` is that of a code, as text or number. */
  follow(by?: { scene?: string | number }): Promise<FakePushed>
  unfollow(): Promise<FakePushed>
  say(text: string): Promise<FakePushed>
  image(file: FakeWeChatFile): Promise<FakePushed>
  /** `recognition` is what the platform understood, where the account has that turned on. */
  voice(file: FakeWeChatFile, recognition?: string): Promise<FakePushed>
  video(file: FakeWeChatFile): Promise<FakePushed>
  location(place: { latitude: number; longitude: number; label: string; scale?: number }): Promise<FakePushed>
  link(page: { title: string; description: string; url: string }): Promise<FakePushed>
  /** Points the camera at a code: its link or its ticket. Whoever does not follow yet does so by it. */
  scan(code: string): Promise<FakePushed>
  /** Presses a button of the bar, by its key or its address. */
  clickMenu(key: string): Promise<FakePushed>
  /** Taps an item of a menu in a message: the newest that has this id. */
  clickMsgMenu(id: string): Promise<FakePushed>
  sees(): readonly FakeShown[]
  seesTyping(): boolean
}

export interface PhoneParts {
  clock: FakeClock
  people: People
  media: FakeMediaStore
  codes: Codes
  bar: Bar
  origin(): string
  /** Pushes what happened, with the common fields filled in. */
  push(person: Person, fields: FakePayload): Promise<FakePushed>
  nextId(): bigint
  changed(): void
}

export function createFakeWeChatPhone(person: Person, parts: PhoneParts): FakeWeChatPhone {
  const { people, media, clock } = parts

  function mustFollow(): void {
    if (person.following === undefined) throw new Error('she does not follow the account')
  }

  /** What she says: on her screen, counted, pushed. */
  async function tell(content: FakeContent, fields: FakePayload, occasion: Occasion = 'message'): Promise<FakePushed> {
    mustFollow()
    people.show(person, 'customer', content)
    person.allowance.grant(occasion)
    return parts.push(person, { ...fields, MsgId: parts.nextId() })
  }

  async function happen(fields: FakePayload, occasion?: Occasion): Promise<FakePushed> {
    if (occasion !== undefined) {
      person.allowance.grant(occasion)
      person.exchangedAt = clock.now()
    }
    parts.changed()
    return parts.push(person, { MsgType: 'event', ...fields })
  }

  async function follow(scene: string | number | undefined, ticket?: string): Promise<FakePushed> {
    if (person.following !== undefined) throw new Error('she follows the account already')
    person.following = { since: clock.now(), scene }
    const key = scene === undefined ? {} : { EventKey: `qrscene_${scene}`, Ticket: ticket ?? 'gQ' }
    return happen({ Event: 'subscribe', ...(scene === undefined ? { EventKey: '' } : key) }, 'subscribe')
  }

  async function scan(code: Code): Promise<FakePushed> {
    if (person.following === undefined) return follow(code.scene, code.ticket)
    return happen({ Event: 'SCAN', EventKey: String(code.scene), Ticket: code.ticket }, 'scan')
  }

  async function file(kind: 'image' | 'voice' | 'video', { name, bytes }: FakeWeChatFile, more: FakePayload = {}) {
    mustFollow()
    const { id } = media.keep(kind, name, bytes)
    const fields = kind === 'image' ? { PicUrl: `${parts.origin()}/phone/media/${id}` } : {}
    return tell({ kind, media: id, name }, { MsgType: kind, ...fields, MediaId: id, ...more })
  }

  return {
    openid: person.openid,
    knownAs(unionid) {
      person.unionid = unionid
    },
    follow: ({ scene } = {}) => follow(scene),
    async unfollow() {
      mustFollow()
      person.following = undefined
      person.allowance.revoke()
      return happen({ Event: 'unsubscribe', EventKey: '' })
    },
    say: (text) => tell({ kind: 'text', text }, { MsgType: 'text', Content: text }),
    image: (one) => file('image', one),
    voice: (one, recognition) =>
      file('voice', one, {
        Format: /\.(\w+)$/.exec(one.name)?.[1] ?? 'amr',
        ...(recognition === undefined ? {} : { Recognition: recognition }),
      }),
    async video(one) {
      const thumb = media.keep('thumb', 'thumb.jpg', Uint8Array.of(0xff, 0xd8, 0xff, 0xd9))
      return file('video', one, { ThumbMediaId: thumb.id })
    },
    location: ({ latitude, longitude, label, scale = 16 }) =>
      tell(
        { kind: 'location', name: label, latitude, longitude },
        { MsgType: 'location', Location_X: latitude, Location_Y: longitude, Scale: scale, Label: label },
      ),
    link: ({ title, description, url }) =>
      tell(
        { kind: 'cards', of: 'link', cards: [{ title, description, url, picture: '' }] },
        { MsgType: 'link', Title: title, Description: description, Url: url },
      ),
    async scan(code) {
      const found = parts.codes.find(code)
      if (found === undefined) throw new Error('this code is none of the account, or it is over')
      return scan(found)
    },
    async clickMenu(key) {
      mustFollow()
      const button = parts.bar.find(key)
      if (button === undefined) throw new Error('the bar has no such button')
      const counts = PRESSES_THAT_COUNT.includes(button.type)
      return happen({ Event: EVENTS[button.type] ?? button.type, EventKey: key }, counts ? 'menu' : undefined)
    },
    async clickMsgMenu(id) {
      const item = person.shown
        .flatMap((one) => (one.kind === 'menu' ? one.items : []))
        .findLast((one) => one.id === id)
      if (item === undefined) throw new Error('no message offers that')
      return tell({ kind: 'text', text: item.text }, { MsgType: 'text', Content: item.text, bizmsgmenuid: id }, 'menu')
    },
    sees: () => person.shown,
    seesTyping: () => person.typingUntil > clock.now(),
  }
}

/** What a press is called when it is pushed, where that is not the button's type. */
const EVENTS: Readonly<Record<string, string>> = { click: 'CLICK', view: 'VIEW', miniprogram: 'view_miniprogram' }
