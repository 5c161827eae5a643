import { createHash } from 'node:crypto'
import type { Arrival, Host } from '@hutong/core/adapter'
import type { Participant } from '@hutong/core/entry'
import { HutongError } from '@hutong/core/errors'
import { PARTS_MAX, type Part, TEXT_MAX } from '@hutong/core/parts'
import { createBuckets } from '@hutong/core/rate'
import { z } from 'zod'
import { decode, type Letter, type Reading } from './codec.ts'
import { type ContentLimits, contentOf, type Download } from './content.ts'
import type { Fetched } from './fetch-mail.ts'
import { noteInline } from './inline-images.ts'
import type { Person } from './people.ts'
import type { ReplyTokens } from './reply-token.ts'
import { sameSubject, type Threads } from './threads.ts'

export interface IntakeOptions {
  host: Host
  site: string
  reading: Reading
  tokens: ReplyTokens
  threads: Threads
  limits: IntakeLimits
  /** The agent of this id; undefined when nobody may answer as one. */
  agent(id: string): Promise<Agent | undefined>
}

export interface Agent {
  /** From where they may answer. */
  address: string
  name?: string
}

export interface IntakeLimits extends ContentLimits {
  /** Mails of one sender in an hour that may be answered automatically: two robots write to each other faster. */
  answeredPerHour: number
}

/** Where the mail stands in the mailbox, written in the transaction of its last message, and how its parts are had. */
export interface Place {
  state: { key: string; value: object }
  download: Download
}

/** `message`: it is in the log, and its place with it. `nothing`: there was nothing to keep, the place is not written. */
export type Taken = 'message' | 'nothing'

export interface Intake {
  /** Rejects with what the relay says; the mail is to be taken again then. */
  take(fetched: Fetched, place: Place): Promise<Taken>
  /** Goes on after a crash: `state` is what was written with the last message. */
  resume(state: unknown): Promise<void>
}

/** What the thread must remember of the newest mail; it stands in the state beside its place until it is remembered. */
const rememberedShape = z.object({
  mail: z.object({
    conversation: z.string().optional(),
    address: z.string(),
    id: z.string(),
    from: z.string(),
    subject: z.string(),
  }),
})
type Remembered = z.infer<typeof rememberedShape>['mail']

interface Home {
  conversation?: string
  author?: Participant
  address: string
}

interface Prepared {
  automatic: boolean
  content: Part[]
  /** What is kept of the mail. */
  raw: string
}

interface Preparing {
  letter: Letter
  writer: Person
  place: Place
}

/** From a mail to the conversation it belongs to. */
export function createIntake(options: IntakeOptions): Intake {
  const { host, reading, tokens, threads, limits } = options
  const prepared = new WeakMap<Fetched, Prepared>()
  let hour = 0
  const rate = { perMinute: limits.answeredPerHour / 60, burst: limits.answeredPerHour }
  const answered = createBuckets(rate, () => hour)

  /** Once for each mail, however often it is tried: its attachments are stored by then, and it was counted. */
  async function prepare(fetched: Fetched, { letter, writer, place }: Preparing): Promise<Prepared> {
    const known = prepared.get(fetched)
    if (known) return known
    const { content, kept } = fetched.sealed
      ? { content: [sealed(letter)], kept: [] }
      : await contentOf(options, letter, place.download)
    hour = fetched.arrivedAt
    const automatic = letter.automatic !== undefined || answered.take(writer.address) > 0
    const ready = { automatic, content, raw: noteInline(fetched.raw, kept) }
    prepared.set(fetched, ready)
    return ready
  }

  async function take(fetched: Fetched, place: Place): Promise<Taken> {
    const letter = decode(fetched.mail, reading)
    if (letter.bounce && (await reported(options, letter))) return 'nothing'
    if (letter.automatic === 'own' && tokens.read(letter.id) !== undefined) return 'nothing'
    const writer = writerOf(letter)
    const home = await homeOf(options, letter, writer)
    const { automatic, content, raw } = await prepare(fetched, { letter, writer, place })
    const known = home.conversation ?? (await host.log.find(options.site, home.address))?.conversation.id
    const thread = known === undefined ? undefined : await threads.get(known)
    const titled = letter.subject !== '' && !home.author && !sameSubject(thread?.subject, letter.subject)
    const all = titled && letter.text !== '' ? [plain(letter.subject), ...content] : content
    const id = idOf(letter)
    const mail: Remembered | undefined = home.author
      ? undefined
      : { ...home, id: letter.id, from: writer.address, subject: letter.subject }
    for (const [index, parts] of chunks(all).entries()) {
      const suffix = index === 0 ? '' : `:${index + 1}`
      const last = (index + 1) * PARTS_MAX >= all.length
      await host.receive({
        from: { address: home.address, ...(home.author ? {} : proof(letter, writer)) },
        site: options.site,
        key: `mail:${id}${suffix}`,
        native: `${id}${suffix}`,
        body: { kind: 'message', parts },
        at: fetched.arrivedAt,
        ...(index === 0 && { raw }),
        ...(home.conversation !== undefined && { conversation: home.conversation }),
        ...(home.author && { author: home.author }),
        ...(automatic && { automatic }),
        ...(last && { state: { key: place.state.key, value: { ...place.state.value, mail } } }),
      })
    }
    if (mail) await remember(mail)
    return 'message'
  }

  /** Only now, so that a mail that is taken again looks the same as the first time. */
  async function remember({ conversation, address, ...mail }: Remembered): Promise<void> {
    const home = conversation ?? (await host.log.find(options.site, address))?.conversation.id
    if (home !== undefined) await threads.arrived(home, mail)
  }

  return {
    take,
    async resume(state) {
      const { data } = rememberedShape.safeParse(state)
      if (data) await remember(data.mail)
    },
  }
}

/** Tells the relay of a delivery that did not arrive; false when the report is of no mail of ours. */
async function reported({ host, site, tokens, threads }: IntakeOptions, letter: Letter): Promise<boolean> {
  const { kind, permanent, messageId, recipients = [], reason = '' } = letter.bounce ?? {}
  const signed = messageId !== undefined && tokens.read(messageId) !== undefined ? messageId : undefined
  const native = signed ?? (await lastSentTo({ host, site, threads }, recipients))
  if (native === undefined) return false
  if (kind === 'failed' && permanent) await host.report(native, { state: 'failed', reason: reason.slice(0, 500) })
  else host.logger.info({ native, kind, reason }, 'a mail is late, or was complained about')
  return true
}

/** Reports that return nothing of the mail name at least the address: the newest mail to it is meant. */
async function lastSentTo(
  { host, site, threads }: Pick<IntakeOptions, 'host' | 'site' | 'threads'>,
  recipients: readonly string[],
): Promise<string | undefined> {
  for (const address of recipients) {
    const found = await host.log.find(site, address)
    const { lastSent } = found ? await threads.get(found.conversation.id) : {}
    if (lastSent !== undefined) return lastSent
  }
  return undefined
}

/** A form of our own site writes from our address and names the visitor as the one to answer. */
function writerOf(letter: Letter): Person {
  const writer = letter.automatic === 'own' ? (letter.replyTo ?? letter.from) : letter.from
  if (!writer) throw new HutongError('invalid', 'the mail names no sender', { field: 'from' })
  return { ...writer, address: writer.address.toLowerCase() }
}

/**
 * A token of ours names the conversation, but anybody may have seen it: it counts for those who are in the conversation and
 * for senders whose address is proven. Everybody else is at home in the conversation of their own address.
 */
async function homeOf(
  { tokens, threads, agent, reading }: IntakeOptions,
  letter: Letter,
  writer: Person,
): Promise<Home> {
  const own: Home = { address: writer.address }
  const named = [...letter.to, ...letter.answers].map(tokens.read).find((one) => one !== undefined)
  if (named === undefined) return own
  const [, agentId, of] = /^agent (\S+) (\S+)$/.exec(named) ?? []
  if (agentId !== undefined && of !== undefined) {
    const known = await agent(agentId)
    const proven = reading.authservIds.length === 0 ? letter.dmarc !== 'fail' : letter.dmarc === 'pass'
    if (!known || !proven || known.address.toLowerCase() !== writer.address) return own
    const { addresses } = await threads.get(of)
    const author: Participant = { kind: 'agent', id: agentId, ...(known.name !== undefined && { name: known.name }) }
    return { conversation: of, author, address: addresses.at(-1) ?? writer.address }
  }
  const { addresses } = await threads.get(named)
  const knows = addresses.includes(writer.address) || letter.dmarc === 'pass'
  return knows ? { ...own, conversation: named } : own
}

function proof(letter: Letter, { name }: Person): Omit<Arrival['from'], 'address'> {
  return {
    ...(letter.dmarc === 'pass' && { verified: 'dmarc' as const }),
    ...(name !== undefined && name !== '' && { profile: { name: name.slice(0, 128) } }),
  }
}

/** The same for every copy of a mail, and short and plain enough for a key. */
function idOf({ id, from, sentAt, subject }: Letter): string {
  // Machines reuse Message-IDs for different mails, and strangers may copy one: only the same mail of the same sender is a copy.
  return createHash('sha256')
    .update(JSON.stringify([id, from?.address, sentAt, subject]))
    .digest('base64url')
}

function sealed({ subject }: Letter): Part {
  return {
    kind: 'unsupported',
    native: 'encrypted',
    text: subject === '' ? 'an encrypted mail' : `${subject} (encrypted)`,
  }
}

function plain(text: string): Part {
  return { kind: 'text', text: text.slice(0, TEXT_MAX), format: 'plain' }
}

function chunks(parts: readonly Part[]): Part[][] {
  const count = Math.ceil(parts.length / PARTS_MAX)
  return Array.from({ length: count }, (_, index) => parts.slice(index * PARTS_MAX, (index + 1) * PARTS_MAX))
}
