import { setTimeout as sleep } from 'node:timers/promises'
import type { Host, StoredFile } from '@hutong/core/adapter'
import { type ErrorCode, HutongError, toHutongError } from '@hutong/core/errors'
import type { Part, PartInput, PartOf } from '@hutong/core/parts'
import type { Upload } from '@hutong/tencent/api'
import { z } from 'zod'
import { UPLOADS } from './capabilities.ts'
import type { Client, MediaKind } from './client.ts'
import { type Medium, unsupported } from './codec.ts'

export interface MediaOptions {
  host: Pick<Host, 'files' | 'state' | 'clock' | 'logger'>
  client: Pick<Client, 'upload' | 'download'>
  site: string
  /** Milliseconds that a download may take, with all its tries. */
  fetchMs: number
}

interface Uploaded {
  mediaId: string
  /** What a video is sent with. */
  thumbId?: string
  instead?: never
}

/** Files on their way in and out. */
export interface Media {
  /** What a customer sent, stored; words that say so when it could not be. Never rejects. */
  fetch(medium: Medium): Promise<PartInput>
  /** The id of a part's file at the platform, or why it has to go as a link. Rejects when another try may succeed. */
  put(
    part: PartOf<'image' | 'audio' | 'video'>,
  ): Promise<Uploaded | { instead: string; mediaId?: never; thumbId?: never }>
}

const KINDS = { image: 'image', audio: 'voice', video: 'video' } as const satisfies Record<Medium['kind'], MediaKind>

/** The platform keeps files for three days. */
const THUMB_MS = 2 * 24 * 3_600_000
const keptThumb = z.object({ id: z.string(), until: z.number() })
/** A grey square of 64 pixels. */
const THUMB =
  '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAj/wAALCABAAEABAREA/8QAFQAAAgAAAAAAAAAAAAAAAAAAAAX/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAEBAAA/AH4AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAf/2Q=='

/** Doubled for each try. */
const FIRST_PAUSE_MS = 250

export function createMedia({ host, client, site, fetchMs }: MediaOptions): Media {
  const { files, state, clock, logger } = host

  async function store(medium: Medium): Promise<StoredFile> {
    const { content, name, type } = await client.download(medium.id)
    return files.put(content, { site, name: name || medium.name, type })
  }

  /** The platform repeats a push for a moment only: what may be had by another try is tried for until then. */
  async function persist(medium: Medium, over: AbortSignal): Promise<StoredFile> {
    for (let pause = FIRST_PAUSE_MS; ; pause *= 2)
      try {
        return await store(medium)
      } catch (thrown) {
        const error = toHutongError(thrown)
        const { retryAfter = 0 } = error
        if (over.aborted || !error.retryable || retryAfter > fetchMs) throw error
        logger.debug({ code: error.code }, `a file of a customer is fetched again: ${error.message}`)
        await sleep(Math.max(pause, retryAfter), undefined, { signal: over })
      }
  }

  async function thumb(): Promise<string> {
    const kept = keptThumb.safeParse(await state.get('thumb')).data
    if (kept !== undefined && kept.until > clock.now()) return kept.id
    const content = new Blob([Buffer.from(THUMB, 'base64')]).stream()
    const id = await client.upload('thumb', { content, name: 'video.jpg', type: 'image/jpeg' })
    await state.set('thumb', { id, until: clock.now() + THUMB_MS })
    return id
  }

  async function upload(kind: Part['kind'] & keyof typeof KINDS, file: Upload): Promise<Uploaded> {
    const mediaId = await client.upload(KINDS[kind], file)
    return kind === 'video' ? { mediaId, thumbId: await thumb() } : { mediaId }
  }

  return {
    async fetch(medium) {
      const { kind, transcript } = medium
      try {
        const { id, name, type, bytes } = await within(fetchMs, (over) => persist(medium, over))
        const part = { kind, file: id, name: name.slice(0, 255), type, bytes }
        return kind === 'audio' && transcript !== undefined ? { ...part, kind, transcript } : part
      } catch (thrown) {
        const error = toHutongError(thrown)
        logger.warn({ code: error.code, kind }, `a file of a customer could not be fetched: ${error.message}`)
        const why = `[${KINDS[kind]}] ${WHY[error.code] ?? 'It could not be fetched from WeChat: please send it again'}`
        return unsupported(KINDS[kind], [why, transcript].filter((one) => one !== undefined).join('\n'))
      }
    },
    async put(part) {
      const found = part.file === undefined ? undefined : await files.get(part.file)
      if (found === undefined) return { instead: 'it is no file of the relay' }
      const { file, content } = found
      const why = unfit(KINDS[part.kind], file)
      if (why !== undefined) {
        await content.cancel()
        return { instead: why }
      }
      const name = uploadName(KINDS[part.kind], file)
      return upload(part.kind, { content, name, type: file.type }).catch((thrown: unknown) => {
        if (thrown instanceof HutongError && UNFIT.includes(thrown.code)) return { instead: thrown.message }
        throw thrown
      })
    },
  }
}

/** For agents and customers alike. */
const WHY: Partial<Record<ErrorCode, string>> = {
  too_large: 'It is too large to be kept here',
  unsupported_type: 'Files of this type are not kept here',
}

/** What only this file is refused for. */
const UNFIT: readonly string[] = ['too_large', 'unsupported_type', 'rejected']

function unfit(kind: keyof typeof UPLOADS, { type, bytes }: StoredFile): string | undefined {
  const { maxBytes, types } = UPLOADS[kind]
  const taken = Object.values(types).filter((one, index, all) => all.indexOf(one) === index)
  if (!Object.hasOwn(types, type)) return `WeChat takes ${taken.join(', ')} here, not ${type}: convert it beforehand`
  return bytes > maxBytes ? `WeChat takes ${maxBytes / 1024 / 1024} MB here, and it has ${bytes} bytes` : undefined
}

/** The platform goes by the name's ending. */
function uploadName(kind: keyof typeof UPLOADS, { name, type }: StoredFile): string {
  const ending = Object.entries(UPLOADS[kind].types).find(([one]) => one === type)?.[1] ?? 'bin'
  const stem = name
    .replace(/\.\w{1,5}$/, '')
    .replace(/[^\p{L}\p{N}_-]+/gu, '_')
    .slice(0, 60)
  return `${stem || kind}.${ending}`
}

async function within<T>(ms: number, work: (over: AbortSignal) => Promise<T>): Promise<T> {
  const over = new AbortController()
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    reject(new HutongError('timeout', 'it did not arrive in time'))
    over.abort()
  }, ms)
  try {
    return await Promise.race([work(over.signal), late])
  } finally {
    clearTimeout(timer)
  }
}

/** Whether the part is a file that the platform has a message for. */
export function isCarried(part: Part): part is PartOf<'image' | 'audio' | 'video'> {
  return Object.hasOwn(KINDS, part.kind)
}
