import { createHash } from 'node:crypto'
import { OPTIONS_MAX, PARTS_MAX, type PartInput, parts as partsShape, TEXT_MAX } from '@hutong/core/parts'
import { z } from 'zod'
import { clip, readable } from '../readable.ts'

const TEXTS_MAX = 3
const LABEL_MAX = 80
const LEAD_MAX = 2_000
const PAYLOAD_MAX = 2_000

/** What comes up while messages are read. */
export interface Pass {
  payloads: Record<string, string>
  /** What was left out, for agents. */
  left: string[]
}

/** A list, or nothing of it. */
const list = z.array(z.unknown()).catch([])
const answerShape = z.object({
  text: z.string().catch(''),
  image: z.unknown().optional(),
  attachment: z.unknown().optional(),
  buttons: list,
  quick_replies: list,
  elements: list,
  custom: z.unknown().optional(),
})

/** The parts of one message of Rasa's that the contract takes: cards, text with its buttons, picture, attachment, what is ours. */
export function partsOf(answer: unknown, pass: Pass): PartInput[] {
  const read = answerShape.safeParse(answer)
  if (!read.success) {
    pass.left.push('a message that is no object')
    return []
  }
  const { text, image, attachment, buttons, quick_replies: replies, elements, custom } = read.data
  return [
    ...elements.flatMap((one) => card(one, pass)),
    ...withButtons(text, [...buttons, ...replies], pass),
    ...(image ? medium('image', image, pass) : []),
    ...(attachment ? attached(attachment, pass) : []),
    ...(custom ? customParts(custom, pass) : []),
  ].flatMap((one) => valid(one, pass))
}

/** The part as the contract takes it; what it refuses (a `javascript:` link, a file of the relay's) is left out. */
function valid(one: unknown, { left }: Pass): PartInput[] {
  const kind = typeof one === 'object' && one !== null && 'kind' in one ? String(one.kind).slice(0, 40) : 'custom'
  const read = partsShape.safeParse([one])
  if (read.success && !read.data.some((part) => 'file' in part && part.file !== undefined)) return read.data
  const why = read.error?.issues[0]
  left.push(
    `a part of the kind "${kind}" (${why ? `${why.path.slice(1).join('.')} ${why.message}` : 'file: give url'})`,
  )
  return []
}

function textParts(text: string, { left }: Pass): PartInput[] {
  const pieces: string[] = []
  let rest = text
  while (rest !== '' && pieces.length < TEXTS_MAX) {
    const space = rest.length > TEXT_MAX ? rest.lastIndexOf(' ', TEXT_MAX) : -1
    const end = space > TEXT_MAX / 2 ? space : TEXT_MAX
    pieces.push(rest.slice(0, end).toWellFormed())
    rest = rest.slice(end).trim()
  }
  if (rest !== '') left.push(`${rest.length} signs at the end of a text`)
  return pieces.map((one) => ({ kind: 'text', text: one }))
}

const buttonShape = z.object({
  title: z.string().trim().min(1),
  payload: z.string().min(1).max(PAYLOAD_MAX).optional(),
  url: z.string().optional(),
})
type RasaButton = z.infer<typeof buttonShape>

function readButtons(buttons: readonly unknown[], { left }: Pass): RasaButton[] {
  const read = buttons.flatMap((one) => buttonShape.safeParse(one).data ?? [])
  if (read.length < buttons.length)
    left.push(
      `${buttons.length - read.length} buttons without a title, or with a payload of more than ${PAYLOAD_MAX} signs`,
    )
  if (read.length > OPTIONS_MAX) left.push(`${read.length - OPTIONS_MAX} buttons of more than ${OPTIONS_MAX}`)
  return read.slice(0, OPTIONS_MAX)
}

/** A button without a payload says its title, as in Rasa's own clients. */
function option({ title, payload = title }: RasaButton, { payloads }: Pass) {
  const id = payloadId(payload)
  payloads[id] = payload
  return { id, label: clip(title, LABEL_MAX) }
}

function withButtons(text: string, given: readonly unknown[], pass: Pass): PartInput[] {
  const buttons = readButtons(given, pass)
  const links = buttons.filter(({ url }) => url !== undefined)
  const replies = buttons.filter(({ url }) => url === undefined)
  const lead = readable(text)
  const within = replies.length > 0 && lead.length <= LEAD_MAX
  return [
    ...(within ? [] : textParts(lead, pass)),
    ...links.map((one) => ({ kind: 'card' as const, title: clip(one.title, 255), url: one.url })),
    ...(replies.length === 0
      ? []
      : [
          {
            kind: 'choices' as const,
            ...(within && lead !== '' ? { text: lead } : {}),
            options: replies.map((one) => option(one, pass)),
          },
        ]),
  ]
}

type MediumName = 'image' | 'audio' | 'video' | 'file'

function medium(kind: MediumName, url: unknown, { left }: Pass): PartInput[] {
  if (typeof url === 'string') return [{ kind, url }]
  left.push(`a part of the kind "${kind}" whose address is no text`)
  return []
}

const attachmentShape = z.object({
  type: z.enum(['image', 'audio', 'video', 'file']).catch('file'),
  payload: z.object({ src: z.string().optional(), url: z.string().optional() }),
})

/** An address, or `{ type, payload: { src } }` as in Rasa's examples. */
function attached(attachment: unknown, pass: Pass): PartInput[] {
  if (typeof attachment === 'string') return medium('file', attachment, pass)
  const { data } = attachmentShape.safeParse(attachment)
  return medium(data?.type ?? 'file', data?.payload.src ?? data?.payload.url, pass)
}

const elementShape = z.object({
  title: z.string().trim().min(1),
  subtitle: z.string().optional().catch(undefined),
  image_url: z.string().optional().catch(undefined),
  default_action: z.object({ url: z.string() }).optional().catch(undefined),
  buttons: list,
})

function card(element: unknown, pass: Pass): PartInput[] {
  const { data } = elementShape.safeParse(element)
  if (!data) {
    pass.left.push('an element without a title')
    return []
  }
  const { title, subtitle, image_url: image, default_action: action } = data
  const buttons = readButtons(data.buttons, pass).map((one) => {
    if (one.url !== undefined) return { kind: 'link' as const, label: clip(one.title, LABEL_MAX), url: one.url }
    return { kind: 'reply' as const, ...option(one, pass) }
  })
  return [
    {
      kind: 'card',
      title: clip(title, 255),
      ...(subtitle ? { text: clip(subtitle, LEAD_MAX) } : {}),
      ...(image === undefined ? {} : { image }),
      ...(action === undefined ? {} : { url: action.url }),
      buttons,
    },
  ]
}

/** `{ "hutong": part }` or a list of parts, as they are. */
function customParts(custom: unknown, { left }: Pass): PartInput[] {
  if (typeof custom === 'object' && custom !== null && 'hutong' in custom)
    return [custom.hutong].flat().slice(0, PARTS_MAX) as PartInput[]
  if (!(typeof custom === 'object' && custom !== null && 'handoff' in custom))
    left.push('a custom payload that is neither "hutong" nor "handoff"')
  return []
}

/** The option that stands for a payload; the same payload is always the same option. */
function payloadId(payload: string): string {
  if (/^(?!p_)[\w.:-]{1,64}$/.test(payload)) return payload
  return `p_${createHash('sha256').update(payload).digest('base64url').slice(0, 22)}`
}
