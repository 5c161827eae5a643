import type { Section, Structure } from './client.ts'
import type { Attachment } from './mail.ts'
import { DEPTH_MAX, PARTS_MAX, words } from './mime.ts'

/** What is read of a mail, planned from its structure before a byte of its bodies is fetched. */
export interface Plan {
  bodies: PlannedBody[]
  attachments: Attachment[]
  /** The section that holds the headers of a returned mail. */
  returned: Section | undefined
  /** Encrypted as a whole: there is nothing to read. */
  sealed: boolean
}

export interface PlannedBody {
  /** The section of its own headers; those of the mail for a mail of one part. */
  headers: Section | undefined
  content: Section
  /** As the server counts it. */
  bytes: number
}

/** Most bytes of bodies that are read of one mail, and most bodies; the others are attachments. */
export const TEXT_MAX = 1024 * 1024
const BODIES_MAX = 20
/** A body of ordinary length, and what is asked for then. */
const SHORT = 48 * 1024
const SHORT_MOST = 64 * 1024
/** Longest headers of a part, and longest headers of a returned mail. */
const PART_HEADERS_MAX = 16 * 1024
const RETURNED_MAX = 64 * 1024

const READ = /^(text\/(plain|html)|message\/(global-)?delivery-status|message\/feedback-report)$/
const SEALED = /^(multipart\/encrypted|application\/(x-)?pkcs7-mime)$/

interface Walk {
  plan: Plan
  /** Bytes of bodies that may yet be read. */
  room: number
  /** Something of the mail is in no part of the plan. */
  cut: boolean
}

/** Without a structure the beginning of the mail is read as one section. */
export function planOf(structure: Structure | undefined, bytes: number): Plan {
  const plan: Plan = { bodies: [], attachments: [], returned: undefined, sealed: false }
  const whole = { headers: undefined, content: { key: 'text', most: TEXT_MAX }, bytes }
  if (!structure) return { ...plan, bodies: [whole] }
  if (SEALED.test(structure.type)) return { ...plan, sealed: true }
  const walked: Walk = { plan, room: TEXT_MAX, cut: false }
  walk(structure, 0, walked)
  return walked.cut ? { ...plan, attachments: [wholeMail(bytes), ...plan.attachments] } : plan
}

/** The mail as it came: what a reader opens who wants what was left out. */
export function wholeMail(bytes: number): Attachment {
  return { part: '', name: 'message.eml', type: 'message/rfc822', bytes, inline: false }
}

function walk(node: Structure, depth: number, walked: Walk): void {
  const { plan } = walked
  if (depth > DEPTH_MAX || plan.bodies.length + plan.attachments.length >= PARTS_MAX) {
    walked.cut = true
    return
  }
  if (node.type.startsWith('multipart/')) {
    for (const child of node.childNodes ?? []) {
      walk(child, depth + 1, walked)
      if (walked.cut) return
    }
    return
  }
  const { part, type } = node
  const returned = part === undefined ? undefined : returnedSection(type, part)
  if (returned !== undefined) plan.returned ??= { key: returned, most: RETURNED_MAX }
  const name = nameOf(node)
  if (!READ.test(type) || node.disposition === 'attachment' || (name !== '' && type.startsWith('text/')))
    plan.attachments.push(attachmentOf(node, name))
  else body(node, walked)
}

function returnedSection(type: string, part: string): string | undefined {
  if (/^message\/(rfc822|global)$/.test(type)) return `${part}.header`
  return /^(text\/rfc822-headers|message\/(rfc822|global)-headers)$/.test(type) ? part : undefined
}

/** A body that is too long is read as far as there is room, and kept whole as a file. */
function body(node: Structure, walked: Walk): void {
  const { part, type, size = 0 } = node
  const { plan, room } = walked
  const fits = plan.bodies.length < BODIES_MAX && room > 0
  if (!fits || size > room) plan.attachments.push(attachmentOf(node, type === 'text/html' ? 'text.html' : 'text.txt'))
  if (!fits) return
  walked.room -= Math.min(size, room)
  // A little more than the server says, which counts as it likes; the same for most mails, which are asked for together then.
  const content = { key: part ?? 'text', most: size <= SHORT ? SHORT_MOST : room }
  const headers = part === undefined ? undefined : { key: `${part}.mime`, most: PART_HEADERS_MAX }
  plan.bodies.push({ headers, content, bytes: size })
}

function attachmentOf(node: Structure, name: string): Attachment {
  const contentId = node.id?.replace(/^<|>$/g, '') ?? ''
  return {
    part: node.part ?? '1',
    name,
    type: node.type,
    bytes: node.size ?? 0,
    ...(contentId === '' ? {} : { contentId }),
    inline: node.disposition === 'inline' || (contentId !== '' && node.disposition !== 'attachment'),
  }
}

function nameOf({ dispositionParameters, parameters }: Structure): string {
  return words(dispositionParameters?.filename ?? parameters?.name ?? '').trim()
}
