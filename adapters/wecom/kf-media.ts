import type { Host } from '@hutong/core/adapter'
import { HutongError, toHutongError } from '@hutong/core/errors'
import type { Part } from '@hutong/core/parts'
import type { KfCalls } from './kf-calls.ts'
import { type KfMedium, unsupported } from './kf-codec.ts'
import type { KfUploaded } from './kf-messages.ts'

const MB = 1024 * 1024
/** What may be uploaded as what (https://developer.work.weixin.qq.com/document/path/90253); everything else goes as a file. */
const UPLOADS: readonly { as: KfUploaded['type']; types: readonly string[]; maxBytes: number }[] = [
  { as: 'image', types: ['image/jpeg', 'image/png'], maxBytes: 10 * MB },
  { as: 'voice', types: ['audio/amr'], maxBytes: 2 * MB },
  { as: 'video', types: ['video/mp4'], maxBytes: 10 * MB },
]
const ENDINGS: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'audio/amr': 'amr',
  'video/mp4': 'mp4',
}
const MOST_TRIES = 5
const MOST_COUNTED = 1_000
const NAMES = { image: 'image', audio: 'voice', video: 'video', file: 'file' } as const
/** Files live three days at the platform. */
const THUMB_MS = 2 * 86_400_000
/** A grey square, for links must have a picture. */
const THUMB = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

export interface KfMedia {
  /** The file in the relay's storage. Rejects when it may be had later, a few times. */
  take(medium: KfMedium): Promise<Part>
  /** Undefined for a part that has no file of ours. */
  upload(part: Part): Promise<KfUploaded | undefined>
  /** The picture that links are sent with. */
  thumb(): Promise<string>
}

export interface KfMediaOptions {
  host: Pick<Host, 'files' | 'logger' | 'state' | 'clock'>
  calls: Pick<KfCalls, 'upload' | 'download'>
  site: string
}

export function createKfMedia({ host, calls, site }: KfMediaOptions): KfMedia {
  const tries = new Map<string, number>()

  async function fetched({ as, mediaId }: KfMedium): Promise<Part> {
    const { content, name, type } = await calls.download(mediaId)
    const called = name === '' ? `${NAMES[as]}${type === 'audio/amr' ? '.amr' : ''}` : name.slice(0, 255)
    const file = await host.files.put(content, { site, name: called, type })
    return { kind: as, file: file.id, name: file.name, type: file.type, bytes: file.bytes }
  }

  /** Whether it is to be tried again when the page comes again. */
  function again(mediaId: string): boolean {
    const count = (tries.get(mediaId) ?? 0) + 1
    if (tries.size >= MOST_COUNTED) tries.clear()
    tries.set(mediaId, count)
    return count < MOST_TRIES
  }

  return {
    async take(medium) {
      try {
        return await fetched(medium)
      } catch (thrown) {
        const error = toHutongError(thrown)
        if (error.retryable && again(medium.mediaId)) throw error
        host.logger.warn({ code: error.code, kind: medium.as }, 'a file of a customer could not be fetched')
        return unsupported(NAMES[medium.as], `[${NAMES[medium.as]}] ${error.code}`)
      }
    },
    async upload(part) {
      if (part.kind !== 'image' && part.kind !== 'file' && part.kind !== 'audio' && part.kind !== 'video')
        return undefined
      if (part.file === undefined) return undefined
      const found = await host.files.get(part.file)
      if (found === undefined) throw new HutongError('rejected', 'the file of this message is not there any more')
      const { name, type, bytes } = found.file
      const as =
        part.kind === 'file' ? undefined : UPLOADS.find((one) => one.types.includes(type) && bytes <= one.maxBytes)?.as
      const sent = as ?? 'file'
      const mediaId = await calls.upload(sent, {
        content: found.content,
        name: ending(name, as === undefined ? '' : type),
        type,
      })
      return { type: sent, mediaId }
    },
    async thumb() {
      const kept = await host.state.get('thumb')
      if (isThumb(kept) && kept.until > host.clock.now()) return kept.mediaId
      const content = new Blob([Buffer.from(THUMB, 'base64')]).stream()
      const mediaId = await calls.upload('image', { content, name: 'link.png', type: 'image/png' })
      await host.state.set('thumb', { mediaId, until: host.clock.now() + THUMB_MS })
      return mediaId
    },
  }
}

/** The platform tells types by the ending of the name. */
function ending(name: string, type: string): string {
  const wanted = ENDINGS[type]
  return wanted === undefined || name.toLowerCase().endsWith(`.${wanted}`) ? name : `${name}.${wanted}`
}

function isThumb(value: unknown): value is { mediaId: string; until: number } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'mediaId' in value &&
    typeof value.mediaId === 'string' &&
    'until' in value &&
    typeof value.until === 'number'
  )
}
