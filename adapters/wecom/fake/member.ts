import type { FakeMediaStore } from '@hutong/tencent/fake-media'
import type { FakePayload } from '@hutong/tencent/fake-payload'
import type { FakePushed } from '@hutong/tencent/fake-pusher'
import type { FakeContent, FakeShown } from '@hutong/tencent/fake-shown'
import type { App, HeldCard } from './app.ts'
import { readAppReply } from './app-reply.ts'
import type { FakeWeComFile } from './customer.ts'
import type { FakeWeComDoor } from './door.ts'
import type { Member, Members } from './members.ts'
import { card, cardsOf } from './shapes.ts'

/**
 * Somebody of the company who talks to the app in WeCom. What she does resolves once the app was told, with what came of it. Rejects
 * with an Error for what her WeCom would not let her do.
 */
export interface FakeWeComMember {
  readonly userid: string
  say(text: string): Promise<FakePushed>
  image(file: FakeWeComFile): Promise<FakePushed>
  voice(file: FakeWeComFile): Promise<FakePushed>
  video(file: FakeWeComFile): Promise<FakePushed>
  location(place: { latitude: number; longitude: number; label: string; scale?: number }): Promise<FakePushed>
  link(page: { title: string; description: string; url: string }): Promise<FakePushed>
  /** An event as the platform names it, such as `enter_agent` or `click`, with its own fields. */
  event(name: string, fields?: FakePayload): Promise<FakePushed>
  /** Presses a button of the newest card with this task; `answers` are the chosen options by their question. */
  press(taskId: string, key: string, answers?: Readonly<Record<string, readonly string[]>>): Promise<FakePushed>
  sees(): readonly FakeShown[]
}

export interface MemberParts {
  agentId: number
  app: App
  door: FakeWeComDoor
  members: Members
  media: FakeMediaStore
  origin(): string
  nextId(): bigint
}

export function createMember(member: Member, parts: MemberParts): FakeWeComMember {
  const { app, media, members } = parts

  async function push(fields: FakePayload, pressed?: HeldCard): Promise<FakePushed> {
    const { door } = parts
    const pushed = await door.deliver(door.compose({ FromUserName: member.userid, ...fields, AgentID: parts.agentId }))
    if (pushed.outcome === 'reply') answered(pushed.text, pressed)
    return pushed
  }

  /** A wrong answer is dropped without a word to the member. */
  function answered(text: string, pressed: HeldCard | undefined): void {
    const reply = readAppReply(text, { userid: member.userid, store: media })
    if (reply?.content !== undefined) members.deliver(member, reply.content)
    if (reply?.button !== undefined && pressed !== undefined) app.replaceButton(pressed, reply.button)
  }

  function tell(content: FakeContent, fields: FakePayload): Promise<FakePushed> {
    members.say(member, content)
    return push({ ...fields, MsgId: parts.nextId() })
  }

  function file(kind: 'image' | 'voice' | 'video', { name, bytes }: FakeWeComFile, more: FakePayload = {}) {
    const { id } = media.keep(kind, name, bytes)
    const picture = kind === 'image' ? { PicUrl: `${parts.origin()}/phone/media/${id}` } : {}
    return tell({ kind, media: id, name }, { MsgType: kind, ...picture, MediaId: id, ...more })
  }

  return {
    userid: member.userid,
    say: (text) => tell({ kind: 'text', text }, { MsgType: 'text', Content: text }),
    image: (one) => file('image', one),
    voice: (one) => file('voice', one, { Format: /\.(\w+)$/.exec(one.name)?.[1] ?? 'amr' }),
    video(one) {
      const thumb = media.keep('image', 'thumb.jpg', Uint8Array.of(0xff, 0xd8, 0xff, 0xd9))
      return file('video', one, { ThumbMediaId: thumb.id })
    },
    location: ({ latitude, longitude, label, scale = 16 }) =>
      tell(
        { kind: 'location', name: label, latitude, longitude },
        {
          MsgType: 'location',
          Location_X: latitude,
          Location_Y: longitude,
          Scale: scale,
          Label: label,
          AppType: 'wxwork',
        },
      ),
    link: ({ title, description, url }) =>
      tell(cardsOf('link', [card({ title, description, url })]), {
        MsgType: 'link',
        Title: title,
        Description: description,
        Url: url,
        PicUrl: '',
      }),
    event: (name, fields = {}) => push({ MsgType: 'event', Event: name, ...fields }),
    async press(taskId, key, answers = {}) {
      const held = app.held(member, taskId)
      if (held === undefined) throw new Error('no card that answers has this task')
      if (!keysOf(held).includes(key)) throw new Error('the card has no such button')
      const items = Object.entries(answers).map(([question, options]) => {
        return { QuestionKey: question, OptionIds: { OptionId: options } }
      })
      return push(
        {
          MsgType: 'event',
          Event: menuKeys(held).includes(key) ? 'template_card_menu_event' : 'template_card_event',
          EventKey: key,
          TaskId: taskId,
          CardType: held.card.card_type,
          ResponseCode: app.codeFor(held),
          ...(items.length === 0 ? {} : { SelectedItems: { SelectedItem: items } }),
        },
        held,
      )
    },
    sees: () => member.shown,
  }
}

function menuKeys({ card: made }: HeldCard): readonly string[] {
  return 'action_menu' in made ? (made.action_menu?.action_list ?? []).map(({ key }) => key) : []
}

function keysOf(held: HeldCard): readonly string[] {
  const { card: made } = held
  const own =
    made.card_type === 'button_interaction'
      ? made.button_list.flatMap(({ key }) => key ?? [])
      : 'submit_button' in made
        ? [made.submit_button.key]
        : []
  return [...own, ...menuKeys(held)]
}
