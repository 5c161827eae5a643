import { HutongError } from '@hutong/core/errors'
import type { Inbox, Listed } from './client.ts'
import { header, type Mail } from './mail.ts'
import { readHeaders, readMail, structured } from './mime.ts'
import { type Plan, planOf } from './structure.ts'

/** A mail without its attachments, which stay at the server until they are wanted. */
export interface Fetched {
  uid: number
  mail: Mail
  arrivedAt: number
  sealed: boolean
  /** Headers and bodies as they travelled, one char for each byte. */
  raw: string
}

/** Longest body that is read; the rest of it is left at the server. */
const BODY_MAX = 1024 * 1024
/** Most bytes of bodies that are asked for at once. */
const ROUND_MAX = 4 * BODY_MAX

interface Planned {
  listed: Listed
  plan: Plan
  sections: string[]
}

/** The mails in the order given. Those whose bodies stand in the same sections are fetched together. */
export async function fetchMails(inbox: Inbox, list: readonly Listed[]): Promise<Fetched[]> {
  const planned = list.map((listed) => {
    const plan = planOf(listed.structure, listed.bytes)
    return { listed, plan, sections: sectionsOf(plan) }
  })
  const found = new Map<number, Fetched>()
  for (const round of roundsOf(planned)) {
    const sections = round[0]?.sections ?? []
    const uids = round.map(({ listed }) => listed.uid)
    const contents = sections.length === 0 ? new Map() : await inbox.read(uids, sections, BODY_MAX)
    for (const one of round) {
      const { uid } = one.listed
      const content = sections.length === 0 ? new Map() : contents.get(uid)
      // Taken as it is, it would stand in the log without its words.
      if (!content) throw new HutongError('unreachable', `the mail server does not hand over the text of mail ${uid}`)
      found.set(uid, assemble(one, content))
    }
  }
  return list.flatMap(({ uid }) => found.get(uid) ?? [])
}

function sectionsOf({ bodies, returned }: Plan): string[] {
  const read = bodies.flatMap(({ headers, content }) => (headers === 'header' ? [content] : [headers, content]))
  return returned === undefined ? read : [...new Set([...read, returned])]
}

function roundsOf(planned: readonly Planned[]): Planned[][] {
  const rounds = new Map<string, { bytes: number; mails: Planned[] }[]>()
  for (const one of planned) {
    const shape = one.sections.join(' ')
    const bytes = one.plan.bodies.reduce((sum, body) => sum + Math.min(body.bytes, BODY_MAX), 0)
    const open = rounds.get(shape) ?? []
    const last = open.at(-1)
    if (last && last.bytes + bytes <= ROUND_MAX) {
      last.mails.push(one)
      last.bytes += bytes
    } else rounds.set(shape, [...open, { bytes, mails: [one] }])
  }
  return [...rounds.values()].flat().map(({ mails }) => mails)
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
  const sources = plan.bodies.map(({ headers, content }) => {
    const own = headers === 'header' ? listed.headers : (contents.get(headers) ?? Buffer.alloc(0))
    return Buffer.concat([own, contents.get(content) ?? Buffer.alloc(0)])
  })
  const read = sources.map(readMail)
  const returned = plan.returned === undefined ? undefined : contents.get(plan.returned)
  const without = listed.structure === undefined
  const mail: Mail = {
    headers: readHeaders(listed.headers),
    bodies: read.flatMap(({ bodies }) => bodies),
    attachments: without ? read.flatMap(({ attachments }) => attachments) : plan.attachments,
    ...(returned && { returned: readHeaders(returned) }),
  }
  const alone = plan.bodies[0]?.headers === 'header'
  const raw = Buffer.concat(alone ? sources : [listed.headers, ...bounded(sources, mail)])
  return { uid: listed.uid, mail, arrivedAt: listed.arrivedAt, sealed: plan.sealed, raw: raw.toString('latin1') }
}
