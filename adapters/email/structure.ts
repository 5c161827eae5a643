import type { Structure } from './client.ts'
import type { Attachment } from './mail.ts'
import { words } from './mime.ts'

/** What is read of a mail, planned from its structure before a byte of its bodies is fetched. */
export interface Plan {
  /** Sections of the bodies, each with the section of its own headers. */
  bodies: { headers: string; content: string; bytes: number }[]
  attachments: Attachment[]
  /** The section that holds the headers of a returned mail. */
  returned: string | undefined
  /** Encrypted as a whole: there is nothing to read. */
  sealed: boolean
}

/** Deepest nesting that is looked into, and most parts of one mail. */
const DEPTH_MAX = 20
const PARTS_MAX = 200
/** Everything after the headers of the mail; what a mail of one part is read by. */
const WHOLE = { headers: 'header', content: 'text' }

const READ = /^(text\/(plain|html)|message\/(global-)?delivery-status|message\/feedback-report)$/
const SEALED = /^(multipart\/encrypted|application\/(x-)?pkcs7-mime)$/

/** Without a structure the whole mail is read as one section. */
export function planOf(structure: Structure | undefined, bytes: number): Plan {
  const plan: Plan = { bodies: [], attachments: [], returned: undefined, sealed: false }
  if (!structure) return { ...plan, bodies: [{ ...WHOLE, bytes }] }
  if (SEALED.test(structure.type)) return { ...plan, sealed: true }
  walk(structure, 0, plan)
  return plan
}

function walk(node: Structure, depth: number, plan: Plan): void {
  if (depth > DEPTH_MAX || plan.bodies.length + plan.attachments.length >= PARTS_MAX) return
  if (node.type.startsWith('multipart/')) {
    for (const child of node.childNodes ?? []) walk(child, depth + 1, plan)
    return
  }
  const { part, type, size = 0 } = node
  if (part !== undefined && /^message\/(rfc822|global)$/.test(type)) plan.returned ??= `${part}.header`
  if (part !== undefined && /^(text\/rfc822-headers|message\/(rfc822|global)-headers)$/.test(type))
    plan.returned ??= part
  const name = nameOf(node)
  if (READ.test(type) && node.disposition !== 'attachment' && (name === '' || !type.startsWith('text/'))) {
    const where = part === undefined ? WHOLE : { headers: `${part}.mime`, content: part }
    plan.bodies.push({ ...where, bytes: size })
    return
  }
  const contentId = node.id?.replace(/^<|>$/g, '') ?? ''
  plan.attachments.push({
    part: part ?? '1',
    name,
    type,
    bytes: size,
    ...(contentId === '' ? {} : { contentId }),
    inline: node.disposition === 'inline' || (contentId !== '' && node.disposition !== 'attachment'),
  })
}

function nameOf({ dispositionParameters, parameters }: Structure): string {
  return words(dispositionParameters?.filename ?? parameters?.name ?? '').trim()
}
