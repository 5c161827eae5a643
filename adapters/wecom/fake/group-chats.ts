import type { FakeClock } from '@hutong/tencent/fake-clock'
import type { FakeMediaStore } from '@hutong/tencent/fake-media'
import type { FakeContent } from '@hutong/tencent/fake-shown'
import { z } from 'zod'
import { GROUP_TYPES, readAppMessage } from './app-message.ts'
import type { Members } from './members.ts'
import { createRecent } from './recent.ts'
import { OK, refuse } from './refusals.ts'
import { shapeRefusal } from './shapes.ts'

/** A group that the app has made. */
export interface GroupChat {
  readonly chatid: string
  readonly name: string
  readonly owner: string
  readonly userlist: readonly string[]
  /** What the app has said in it, oldest first. */
  readonly shown: { readonly at: number; readonly content: FakeContent }[]
}

export interface GroupChats {
  create(json: unknown): object
  get(chatid: string | null): object
  send(json: Readonly<Record<string, unknown>>): object
  find(chatid: string): GroupChat | undefined
}

const request = z.strictObject({
  name: z.string().optional(),
  owner: z.string().optional(),
  userlist: z.array(z.string()),
  chatid: z
    .string()
    .regex(/^[0-9A-Za-z]{1,32}$/)
    .optional(),
})
const message = z.object({ chatid: z.string(), msgtype: z.string(), safe: z.literal([0, 1]).optional() })
const DAY = 86_400_000

/** Groups of the app (https://developer.work.weixin.qq.com/document/path/90244). */
export function createGroupChats({
  clock,
  members,
  media,
}: {
  clock: FakeClock
  members: Members
  media: FakeMediaStore
}): GroupChats {
  const chats = new Map<string, GroupChat>()
  const recent = createRecent(clock, [
    { count: 200, ms: 60_000 },
    { count: 10_000, ms: DAY },
  ])

  return {
    find: (chatid) => chats.get(chatid),
    create(json) {
      const read = request.safeParse(json)
      if (!read.success)
        return read.error.issues[0]?.path[0] === 'chatid' ? refuse(86001) : shapeRefusal('', read.error)
      const { name = '', userlist, chatid = crypto.randomUUID().replaceAll('-', '') } = read.data
      const owner = read.data.owner ?? userlist[0] ?? ''
      if (userlist.length < 2 || userlist.length > 2000) return refuse(86006)
      if (userlist.some((id) => members.find(id) === undefined)) return refuse(86216)
      if (!userlist.includes(owner)) return refuse(86207)
      if (chats.has(chatid)) return refuse(86215)
      chats.set(chatid, { chatid, name: [...name].slice(0, 50).join(''), owner, userlist, shown: [] })
      return { ...OK, chatid }
    },
    get(chatid) {
      const chat = chats.get(chatid ?? '')
      if (chat === undefined) return refuse(86003)
      const { name, owner, userlist } = chat
      return { ...OK, chat_info: { chatid: chat.chatid, name, owner, userlist, chat_type: 0 } }
    },
    send(json) {
      const head = message.safeParse(json)
      if (!head.success) return shapeRefusal('', head.error)
      const bodies = Object.fromEntries(Object.entries(json).filter(([name]) => !(name in message.shape)))
      const read = readAppMessage(head.data.msgtype, bodies, { types: GROUP_TYPES, store: media })
      if ('errcode' in read) return read
      const chat = chats.get(head.data.chatid)
      if (chat === undefined) return refuse(86003)
      if (recent.take(chat.chatid)) chat.shown.push({ at: clock.now(), content: read.content })
      return OK
    },
  }
}
