import { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import type { Arrival, Host } from '@hutong/core/adapter'
import type { Participant } from '@hutong/core/entry'
import { HutongError, toHutongError } from '@hutong/core/errors'
import type { Part } from '@hutong/core/parts'
import type { MessagePayload, Puppet } from './bot.ts'
import { within } from './client.ts'
import { decode, type Incoming, linkPart, miniProgramPart, placePart, type Said, unsupported } from './codec.ts'
import type { Echoes } from './echoes.ts'

export interface IntakeParts {
  host: Host
  site: string
  puppet(): Puppet
  echoes: Echoes
  timeoutMs: number
  /** Aborted when the channel is closed. */
  closing: AbortSignal
}

const MOST_WAITING = 1_000
const MOST_BYTES = 100 * 1024 * 1024
const LONGEST_PAUSE_MS = 30_000
const OFFICIAL = 2

/**
 * Takes messages in, those of one conversation in order. Nobody repeats a message that was not taken: what the relay cannot store now is
 * tried again until it can. `done` resolves when nothing is under way.
 */
export function createIntake(parts: IntakeParts): { take(id: string): void; done(): Promise<void> } {
  const { host, puppet, closing, timeoutMs } = parts
  const lanes = new Map<string, Promise<void>>()
  let [reading, waiting] = [Promise.resolve(), 0]

  function inLane(address: string, work: () => Promise<void>): void {
    const next = (lanes.get(address) ?? Promise.resolve()).then(() => atTheTop(work))
    lanes.set(address, next)
    void next.then(() => lanes.get(address) === next && lanes.delete(address))
  }

  async function atTheTop(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (thrown) {
      host.logger.error({ code: toHutongError(thrown).code, err: thrown }, 'a message of WeChat could not be taken in')
    }
    waiting -= 1
  }

  async function read(id: string): Promise<void> {
    try {
      const payload = await within(timeoutMs, puppet().messagePayload(id))
      const incoming = decode(payload, puppet().currentUserId)
      if (incoming === undefined) waiting -= 1
      else inLane(incoming.address, () => takeOne(parts, incoming, payload))
    } catch (err) {
      waiting -= 1
      host.logger.error({ err }, 'a message of WeChat could not be read')
    }
  }

  return {
    take(id) {
      if (closing.aborted) return
      if (waiting >= MOST_WAITING) {
        host.logger.error({ waiting }, 'a message of WeChat is lost: too many wait to be stored')
        return
      }
      waiting += 1
      reading = reading.then(() => read(id))
    },
    async done() {
      await reading
      await Promise.all(lanes.values())
    },
  }
}

async function takeOne(parts: IntakeParts, incoming: Incoming, payload: MessagePayload): Promise<void> {
  const { host, site } = parts
  const { address, native, ours, room, mentioned, at } = incoming
  if (ours && (await wasSentFromHere(parts, incoming, payload))) return
  const profile = await profileOf(parts, incoming)
  if (profile === undefined) {
    host.logger.debug({ native }, 'an Official Account wrote, which is nobody to talk to')
    return
  }
  const body = await bodyOf(parts, incoming, payload.id)
  if (body === undefined) return
  const author = await authorOf(parts, incoming)
  await keep(parts, {
    from: { address, verified: 'platform', profile },
    site,
    key: native,
    native,
    body,
    ...(at === undefined ? {} : { at }),
    ...(author && { author }),
    ...(room && !ours && !mentioned ? { automatic: true } : {}),
    raw: JSON.stringify(payload),
  })
}

async function wasSentFromHere(
  { host, echoes }: IntakeParts,
  { address, native }: Incoming,
  payload: MessagePayload,
): Promise<boolean> {
  if (await echoes.isOurs(address, payload)) return true
  return (await host.log.locate(native)) !== undefined
}

/** Tries until the relay has it, or refuses it for good. */
async function keep({ host, closing }: IntakeParts, arrival: Arrival): Promise<void> {
  for (let tries = 0; !closing.aborted; tries += 1) {
    try {
      await host.receive(arrival)
      return
    } catch (thrown) {
      const error = toHutongError(thrown)
      if (!error.retryable) throw error
      host.logger.warn({ code: error.code, native: arrival.native }, 'a message of WeChat is stored later')
      await nap(Math.min(error.retryAfter ?? 250 * 2 ** Math.min(tries, 10), LONGEST_PAUSE_MS), closing)
    }
  }
  throw new HutongError('unavailable', 'the channel was closed before the relay could store the message')
}

/** Shorter when the channel is closed. */
async function nap(ms: number, closing: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const stop = new AbortController()
  closing.addEventListener('abort', () => resolve(), { once: true, signal: stop.signal })
  await Promise.race([pause(ms), promise])
  stop.abort()
}

type Names = { name?: string; avatar?: string }

/** Undefined for Official Accounts. A name that cannot be had is left out. */
async function profileOf(parts: IntakeParts, { address, room }: Incoming): Promise<Names | undefined> {
  if (!room) {
    const found = await contact(parts, address)
    return found.official ? undefined : found.names
  }
  try {
    const { topic } = await within(parts.timeoutMs, parts.puppet().roomPayload(address.slice('room:'.length)))
    return topic ? { name: topic.slice(0, 128) } : {}
  } catch (err) {
    parts.host.logger.debug({ err }, 'a room has no name')
    return {}
  }
}

async function contact(
  { puppet, host, timeoutMs }: IntakeParts,
  id: string,
): Promise<{ official: boolean; names: Names }> {
  try {
    const { name, alias, avatar, type } = await within(timeoutMs, puppet().contactPayload(id))
    const shown = (alias || name).slice(0, 128)
    const picture = avatar && avatar.length <= 2_048 && /^https?:/i.test(avatar) ? { avatar } : {}
    return { official: type === OFFICIAL, names: { ...(shown && { name: shown }), ...picture } }
  } catch (err) {
    host.logger.debug({ err }, 'a person has no name')
    return { official: false, names: {} }
  }
}

/** What was typed on the account's own telephone is an agent's; in a room, whoever speaks is named. */
async function authorOf(parts: IntakeParts, { ours, room, talker }: Incoming): Promise<Participant | undefined> {
  if (!ours && !room) return undefined
  const { names } = await contact(parts, talker)
  return { kind: ours ? 'agent' : 'contact', id: talker.slice(0, 128), ...names }
}

async function bodyOf(parts: IntakeParts, { said }: Incoming, id: string): Promise<Arrival['body'] | undefined> {
  if (said.kind !== 'recall') return { kind: 'message', parts: await partsOf(parts, said, id) }
  const found = await parts.host.log.locate(said.native)
  return found && { kind: 'recall', of: found.seq }
}

/** What cannot be fetched is said in words, so that the message itself is never lost. */
async function partsOf(parts: IntakeParts, said: Exclude<Said, { kind: 'recall' }>, id: string): Promise<Part[]> {
  const { host, timeoutMs, puppet } = parts
  if (said.kind === 'parts') return said.parts
  try {
    switch (said.kind) {
      case 'medium':
        return [await stored(parts, said, id)]
      case 'url':
        return [linkPart(await within(timeoutMs, puppet().messageUrl(id)))]
      case 'location':
        return [placePart(await within(timeoutMs, puppet().messageLocation(id)))]
      case 'mini-program':
        return [miniProgramPart(await within(timeoutMs, puppet().messageMiniProgram(id)))]
    }
  } catch (err) {
    host.logger.warn({ err, kind: said.kind }, 'what stands in a message of WeChat could not be fetched')
    const native = said.kind === 'medium' ? said.native : said.kind
    return unsupported(native, `${native} could not be fetched from WeChat: ${toHutongError(err).code}`).parts
  }
}

async function stored(
  { host, puppet, site, timeoutMs }: IntakeParts,
  { as, name }: Extract<Said, { kind: 'medium' }>,
  id: string,
): Promise<Part> {
  const box = await within(timeoutMs, puppet().messageFile(id))
  const content = Readable.toWeb(Readable.from(await within(timeoutMs, box.toStream()), { objectMode: false }))
  const type = box.mediaType && box.mediaType !== 'application/octet-stream' ? { type: box.mediaType } : {}
  const meta = { site, name: (name || box.name || as).slice(0, 255), maxBytes: MOST_BYTES, ...type }
  const file = await within(10 * timeoutMs, host.files.put(content as ReadableStream<Uint8Array>, meta))
  return { kind: as, file: file.id, name: file.name, type: file.type, bytes: file.bytes }
}
