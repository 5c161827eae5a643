import { HutongError } from '@hutong/core/errors'
import type { Inbox, Listed, Section } from './client.ts'
import { header, type Mail } from './mail.ts'
import { readHeaders, readPart, structured } from './mime.ts'
import { type Plan, planOf, TEXT_MAX, wholeMail } from './structure.ts'

/** A mail without its attachments, which stay at the server until they are wanted. */
export interface Fetched {
  uid: number
  mail: Mail
  arrivedAt: number
  sealed: boolean
  /** Headers and bodies as they travelled, one char for each byte. */
  raw: string
}

/** Most bytes of bodies that are asked for, and held, at once. */
const ROUND_MAX = 4 * TEXT_MAX

interface Planned {
  listed: Listed
  plan: Plan
  sections: Section[]
}

/** The same mails in the same order, in rounds that may be held in memory together. */
export function roundsOf(list: readonly Listed[]): Listed[][] {
  const rounds: { bytes: number; mails: Listed[] }[] = []
  for (const one of list) {
    const bytes = Math.min(one.bytes, TEXT_MAX) + one.headers.length
    const last = rounds.at(-1)
    if (last && last.bytes + bytes <= ROUND_MAX) {
      last.mails.push(one)
      last.bytes += bytes
    } else rounds.push({ bytes, mails: [one] })
  }
  return rounds.map(({ mails }) => mails)
}

/** The mails in the order given. Those whose bodies stand in the same sections are fetched together. */
export async function fetchMails(inbox: Inbox, list: readonly Listed[]): Promise<Fetched[]> {
  const planned = list.map((listed) => {
    const plan = planOf(listed.structure, listed.bytes)
    return { listed, plan, sections: sectionsOf(plan) }
  })
  const alike = Map.groupBy(planned, ({ sections }) => JSON.stringify(sections))
  const found = new Map<number, Fetched>()
  for (const group of alike.values()) {
    const sections = group[0]?.sections ?? []
    const uids = group.map(({ listed }) => listed.uid)
    const contents = sections.length === 0 ? new Map() : await inbox.read(uids, sections)
    for (const one of group) found.set(one.listed.uid, assemble(one, contents.get(one.listed.uid) ?? new Map()))
  }
  return list.flatMap(({ uid }) => found.get(uid) ?? [])
}

function sectionsOf({ bodies, returned }: Plan): Section[] {
  const read = bodies.flatMap(({ headers, content }) => (headers === undefined ? [content] : [headers, content]))
  return returned === undefined ? read : [...read.filter(({ key }) => key !== returned.key), returned]
}

/** The bodies between the marks that the mail's own header names, so that it can be read again as a whole. */
function bounded(sources: readonly Buffer[], { headers }: Mail): Buffer[] {
  const { boundary } = structured(header(headers, 'content-type')).parameters
  if (boundary === undefined) return [...sources]
  const mark = (end: string) => Buffer.from(`\r\n--${boundary}${end}\r\n`, 'latin1')
  return [...sources.flatMap((source) => [mark(''), source]), mark('--')]
}

/** Each body is read as a small mail of its own: its headers say how it is encoded. */
function assemble({ listed, plan }: Planned, contents: ReadonlyMap<string, Buffer>): Fetched {
  const apart = plan.bodies.map(({ headers, content, bytes }) => {
    const found = contents.get(content.key)
    // Taken as it is, it would stand in the log without its words.
    if (!found && bytes > 0)
      throw new HutongError('unreachable', `the mail server does not hand over the text of mail ${listed.uid}`)
    const block = headers === undefined ? listed.headers : (contents.get(headers.key) ?? Buffer.alloc(0))
    return { block, content: found ?? Buffer.alloc(0) }
  })
  const read = apart.map(({ block, content }) => readPart(block, content))
  const sources = apart.map(({ block, content }) => Buffer.concat([ended(block), content]))
  const returned = plan.returned === undefined ? undefined : contents.get(plan.returned.key)
  const mail: Mail = {
    headers: readHeaders(listed.headers),
    bodies: read.flatMap(({ bodies }) => bodies),
    attachments: listed.structure === undefined ? unlisted(listed, read) : plan.attachments,
    ...(returned && { returned: readHeaders(returned) }),
  }
  const alone = plan.bodies.length === 1 && plan.bodies[0]?.headers === undefined
  const raw = Buffer.concat(alone ? sources : [ended(listed.headers), ...bounded(sources, mail)])
  return { uid: listed.uid, mail, arrivedAt: listed.arrivedAt, sealed: plan.sealed, raw: raw.toString('latin1') }
}

/** What stands beside the words of a mail without a structure has no part that could be asked for: the mail is the file. */
function unlisted({ bytes }: Listed, read: readonly Mail[]): Mail['attachments'] {
  const more = bytes > TEXT_MAX || read.some(({ attachments, cut }) => cut === true || attachments.length > 0)
  return more ? [wholeMail(bytes)] : []
}

/** Headers that were cut off have no empty line at their end, which tells them from what follows. */
function ended(block: Uint8Array): Buffer {
  const end = Buffer.from(block.subarray(-4)).toString('latin1')
  return Buffer.concat([block, Buffer.from(/(\r\n|\n)\r?\n$/.test(end) ? '' : '\r\n\r\n')])
}
