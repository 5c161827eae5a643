import { createHash } from 'node:crypto'
import type { FakeClock } from '@hutong/tencent/fake-clock'
import type { FakeMediaStore } from '@hutong/tencent/fake-media'
import { z } from 'zod'
import { APP_TYPES, type AppMessage, readAppMessage } from './app-message.ts'
import { type Member, type Members, replaceShown } from './members.ts'
import { OK, type Refusal, refuse } from './refusals.ts'
import { shapeRefusal } from './shapes.ts'
import { answersBack, cardContent, isInteractive, type TemplateCard, templateCard } from './template-card.ts'

/** A message of the app and where it is on screens. */
interface Sent {
  readonly at: number
  readonly card: TemplateCard | undefined
  readonly places: readonly Place[]
}

interface Place {
  readonly member: Member
  readonly shownId: string
}

/** A card as one member holds it. */
export interface HeldCard {
  readonly card: TemplateCard
  readonly place: Place
}

export interface App {
  /** `message/send`; `raw` is the request's body as it came. */
  send(json: Readonly<Record<string, unknown>>, raw: Uint8Array): object
  recall(json: unknown): object
  updateCard(json: unknown): object
  /** `agent/get`, as far as an app looks at itself. */
  about(agentId: string | null): object
  /** The newest card with this task that is on her screen. */
  held(member: Member, taskId: string): HeldCard | undefined
  /** A code for one update of this card by whoever hears of a press. */
  codeFor(held: HeldCard): string
  /** Puts a text where the buttons of a card were. */
  replaceButton(held: HeldCard, words: string): void
}

export interface AppParts {
  agentId: number
  clock: FakeClock
  members: Members
  media: FakeMediaStore
  changed(): void
}

const HOUR = 3_600_000
const CODE_LIVES = 72 * HOUR
const RECALLABLE = 24 * HOUR
const flag = z.literal([0, 1]).optional()

const envelope = z.object({
  touser: z.string().optional(),
  toparty: z.string().optional(),
  totag: z.string().optional(),
  agentid: z.int(),
  msgtype: z.string(),
  safe: z.literal([0, 1, 2]).optional(),
  enable_id_trans: flag,
  enable_duplicate_check: flag,
  duplicate_check_interval: z
    .int()
    .min(1)
    .max(4 * 3600)
    .optional(),
})
const update = z.strictObject({
  userids: z.array(z.string()).max(1000).optional(),
  partyids: z.array(z.int()).max(100).optional(),
  tagids: z.array(z.int()).max(100).optional(),
  atall: flag,
  agentid: z.int(),
  response_code: z.string(),
  enable_id_trans: flag,
  button: z.strictObject({ replace_name: z.string().min(1) }).optional(),
  template_card: templateCard.optional(),
})

export function createApp({ agentId, clock, members, media, changed }: AppParts): App {
  const sent = new Map<string, Sent>()
  const codes = new Map<string, { until: number; places: readonly Place[]; card: TemplateCard }>()
  const tasks = new Set<string>()
  const seen = new Map<string, { until: number; answer: object }>()

  function codeOf(card: TemplateCard, places: readonly Place[]): string {
    const code = crypto.randomUUID().replaceAll('-', '')
    codes.set(code, { until: clock.now() + CODE_LIVES, places, card })
    return code
  }

  function deliver(message: AppMessage, to: readonly Member[]): object {
    const places = to.flatMap((member) => {
      const shown = members.deliver(member, message.content)
      return shown === undefined ? [] : [{ member, shownId: shown.id }]
    })
    const msgid = crypto.randomUUID()
    sent.set(msgid, { at: clock.now(), card: message.card, places })
    changed()
    const code =
      message.card !== undefined && isInteractive(message.card) ? { response_code: codeOf(message.card, places) } : {}
    return { msgid, ...code }
  }

  function repeated(raw: Uint8Array, seconds: number | undefined, send: () => object): object {
    if (seconds === undefined) return send()
    const key = createHash('sha256').update(raw).digest('hex')
    const before = seen.get(key)
    if (before !== undefined && before.until > clock.now()) return before.answer
    const answer = send()
    seen.set(key, { until: clock.now() + seconds * 1000, answer })
    return answer
  }

  return {
    send(json, raw) {
      const head = envelope.safeParse(json)
      if (!head.success) return shapeRefusal('', head.error)
      if (head.data.agentid !== agentId) return refuse(40056)
      const bodies = Object.fromEntries(Object.entries(json).filter(([name]) => !(name in envelope.shape)))
      const message = readAppMessage(head.data.msgtype, bodies, { types: APP_TYPES, store: media })
      if ('errcode' in message) return message
      const to = recipients(head.data, members)
      if ('errcode' in to) return to
      const check = head.data.enable_duplicate_check === 1
      return repeated(raw, check ? (head.data.duplicate_check_interval ?? 1800) : undefined, () => {
        const task = message.card?.task_id
        if (task !== undefined && tasks.has(task)) return refuse(42014)
        if (task !== undefined) tasks.add(task)
        return { ...OK, ...to.invalid, ...deliver(message, to.found) }
      })
    },
    about(asked) {
      if (asked !== String(agentId)) return refuse(301002)
      return { ...OK, agentid: agentId, name: '应用', close: 0 }
    },
    recall(json) {
      const read = z.strictObject({ msgid: z.string() }).safeParse(json)
      if (!read.success) return shapeRefusal('', read.error)
      const found = sent.get(read.data.msgid)
      if (found === undefined || found.at + RECALLABLE <= clock.now()) return refuse(40058, 'msgid')
      for (const { member, shownId } of found.places)
        replaceShown(member.shown, shownId, { kind: 'notice', text: '消息已被撤回' })
      sent.delete(read.data.msgid)
      changed()
      return OK
    },
    updateCard(json) {
      const read = update.safeParse(json)
      if (!read.success) return shapeRefusal('', read.error)
      const { agentid, response_code: code, button, template_card: next, userids, atall } = read.data
      if (agentid !== agentId) return refuse(40056)
      const known = codes.get(code)
      if (known === undefined || known.until <= clock.now()) return refuse(40058, 'response_code')
      if ((button === undefined) === (next === undefined)) return refuse(40058, 'button or template_card')
      if (button !== undefined && !isInteractive(known.card)) return refuse(40058, 'button')
      codes.delete(code)
      const wanted = atall === 1 ? undefined : userids?.map((id) => id.toLowerCase())
      for (const { member, shownId } of known.places) {
        if (wanted !== undefined && !wanted.includes(member.userid.toLowerCase())) continue
        replaceShown(member.shown, shownId, cardContent(next ?? known.card, button?.replace_name))
      }
      changed()
      return { ...OK, invaliduser: (userids ?? []).filter((id) => members.find(id) === undefined) }
    },
    held(member, taskId) {
      const found = [...sent.values()].findLast(
        ({ card, places }) => card?.task_id === taskId && places.some((place) => place.member === member),
      )
      const place = found?.places.find((one) => one.member === member)
      if (found?.card === undefined || place === undefined || !answersBack(found.card)) return undefined
      return { card: found.card, place }
    },
    codeFor: ({ card, place }) => codeOf(card, [place]),
    replaceButton({ card, place }, words) {
      replaceShown(place.member.shown, place.shownId, cardContent(card, words))
      changed()
    },
  }
}

/** Whom a message names; ids that are nobody's come back in lower case, as the platform gives them back. */
function recipients(
  { touser = '', toparty = '', totag = '' }: z.infer<typeof envelope>,
  members: Members,
): { found: readonly Member[]; invalid: object } | Refusal {
  const listed = (value: string) => value.split('|').filter((one) => one !== '')
  if (touser === '' && toparty === '' && totag === '') return refuse(82001)
  if (listed(touser).length > 1000 || listed(toparty).length > 100 || listed(totag).length > 100) return refuse(40058)
  if (touser === '@all') return { found: members.everybody(), invalid: {} }
  const found = listed(touser).flatMap((id) => members.find(id) ?? [])
  const users = listed(touser).filter((id) => members.find(id) === undefined)
  // This company has no departments and no tags.
  const named = {
    invaliduser: users.map((id) => id.toLowerCase()),
    invalidparty: listed(toparty),
    invalidtag: listed(totag),
  }
  if (found.length === 0) return refuse(81013)
  const invalid = Object.entries(named).filter(([, ids]) => ids.length > 0)
  return {
    found: [...new Set(found)],
    invalid: Object.fromEntries(invalid.map(([name, ids]) => [name, ids.join('|')])),
  }
}
