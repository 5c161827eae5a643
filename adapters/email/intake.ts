import { createHash } from 'node:crypto'
import type { Host } from '@hutong/core/adapter'
import { PARTS_MAX, type Part, TEXT_MAX } from '@hutong/core/parts'
import { z } from 'zod'
import { createBrake } from './brake.ts'
import { codeIn, isCodeAlone } from './code-in.ts'
import { decode, type Letter, type Reading } from './codec.ts'
import { type ContentLimits, contentOf, type Download } from './content.ts'
import type { Fetched } from './fetch-mail.ts'
import { noteInline } from './inline-images.ts'
import { sameSubject } from './threads.ts'
import type { Belief } from './trust.ts'
import { type Weighed, type Weighing, weigh } from './weigh.ts'

export interface IntakeOptions extends Omit<Weighing, 'host' | 'own'> {
  host: Host
  reading: Reading
  limits: IntakeLimits
}

export interface IntakeLimits extends ContentLimits {
  /**
   * Mails of one sender, or in one conversation, in an hour that may be answered automatically: two robots write to each other
   * faster. A day may have four times as many, a whole domain three times.
   */
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
    beside: z.literal(true).optional(),
  }),
})
type Remembered = z.infer<typeof rememberedShape>['mail']

interface Prepared {
  automatic: Belief['automatic']
  content: Part[]
  /** What is kept of the mail. */
  raw: string
}

interface Preparing {
  letter: Letter
  weighed: Weighed
  place: Place
}

/** From a mail to the conversation it belongs to. */
export function createIntake(options: IntakeOptions): Intake {
  const { host, site, reading, threads, limits } = options
  const weighing: Weighing = { ...options, own: reading.own }
  const brake = createBrake(host, limits.answeredPerHour)
  const prepared = new WeakMap<Fetched, Prepared>()

  /** Once for each mail, however often it is tried: its attachments are stored by then, and it was counted. */
  async function prepare(fetched: Fetched, { letter, weighed, place }: Preparing): Promise<Prepared> {
    const known = prepared.get(fetched)
    if (known) return known
    const { content, kept } = fetched.sealed
      ? { content: [sealed(letter)], kept: [] }
      : await contentOf(options, letter, place.download)
    const { belief, writer, home: conversation } = weighed
    const counted = { address: writer.address, conversation, counts: belief.counts, at: fetched.arrivedAt }
    const automatic = belief.automatic || (belief.as !== 'agent' && (await brake.stops(counted)) && 'people')
    const ready = { automatic, content, raw: noteInline(fetched.raw, kept) }
    prepared.set(fetched, ready)
    return ready
  }

  async function take(fetched: Fetched, place: Place): Promise<Taken> {
    const letter = decode(fetched.mail, reading)
    const read = await weigh(weighing, letter)
    if (read.belief.fails) await report(host, letter)
    if (read.belief.home === 'nowhere') return 'nothing'
    const weighed = read.belief.proves === 'code' ? await proven(letter, read) : read
    if (!weighed) return 'nothing'
    const { arrival, home } = weighed
    const { automatic, content, raw } = await prepare(fetched, { letter, weighed, place })
    const thread = home === undefined ? undefined : await threads.get(home)
    const titled =
      letter.subject !== '' && arrival.author?.kind !== 'agent' && !sameSubject(thread?.subject, letter.subject)
    const all = titled && letter.text !== '' ? [plain(letter.subject), ...content] : content
    const id = idOf(letter)
    const mail = toRemember(letter, weighed, automatic)
    for (const [index, parts] of chunks(all).entries()) {
      const suffix = index === 0 ? '' : `:${index + 1}`
      const last = (index + 1) * PARTS_MAX >= all.length
      await host.receive({
        ...arrival,
        site,
        key: `mail:${id}${suffix}`,
        native: `${id}${suffix}`,
        body: { kind: 'message', parts },
        at: fetched.arrivedAt,
        ...(index === 0 && { raw }),
        ...(automatic && { automatic }),
        ...(last && { state: { key: place.state.key, value: { ...place.state.value, mail } } }),
      })
    }
    if (mail) await remember(mail)
    return 'message'
  }

  /** The answer to a code, once the relay has looked at it; undefined when it says nothing else. */
  async function proven(letter: Letter, read: Weighed): Promise<Weighed | undefined> {
    const { conversation = '' } = read.arrival
    const code = codeIn(letter.text) ?? ''
    const right = await host.prove({ site, address: read.writer.address, conversation, code })
    if (!right) return weigh(weighing, { ...letter, to: [], answers: [] })
    return isCodeAlone(letter.text) && letter.attachments.length === 0 ? undefined : read
  }

  /** Only now, so that a mail that is taken again looks the same as the first time. */
  async function remember({ conversation, address, ...mail }: Remembered): Promise<void> {
    const home = conversation ?? (await host.log.find(site, address))?.conversation.id
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

/** Undefined for what others write into a conversation; who is not proven may still have begun one. */
function toRemember(
  { id, subject }: Letter,
  { arrival: { conversation, author }, home, writer: { address } }: Weighed,
  automatic: Belief['automatic'],
): Remembered | undefined {
  if (author && home !== undefined) return undefined
  return {
    ...(conversation !== undefined && { conversation }),
    ...{ address, id, from: address, subject },
    ...(automatic === true && { beside: true as const }),
  }
}

/** Tells the relay of a delivery that did not arrive. */
async function report(host: Host, { bounce }: Letter): Promise<void> {
  const { kind, permanent, messageId: native = '', reason = '' } = bounce ?? {}
  if (kind === 'failed' && permanent) await host.report(native, { state: 'failed', reason: reason.slice(0, 500) })
  else host.logger.info({ kind, reason }, 'a mail is late, or was complained about')
}

/** The same for every copy of a mail, and short and plain enough for a key. */
function idOf({ id, from, sentAt, subject, digest }: Letter): string {
  // Machines reuse Message-IDs for different mails, and strangers may copy one: only the same mail of the same sender is a copy.
  return createHash('sha256')
    .update(JSON.stringify([id, from?.address, sentAt, subject, digest]))
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
