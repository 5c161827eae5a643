import type { Host } from '@hutong/core/adapter'
import { HutongError, toHutongError } from '@hutong/core/errors'
import type { Part } from '@hutong/core/parts'
import type { KfCalls } from './kf-calls.ts'
import { type KfMedium, unsupported } from './kf-codec.ts'
import type { KfUploaded } from './kf-messages.ts'
import { createKfThumb, type KfThumb } from './kf-thumb.ts'

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
const MOST_TRIES = 3
const AT_ONCE = 8
const FILES_MS = 30_000
const PAUSE_MS = 1_000
const NAMES = { image: 'image', audio: 'voice', video: 'video', file: 'file' } as const

export interface KfMedia {
  /**
   * Begins to bring these files into the relay's storage, side by side. What it returns waits for one of them, and resolves with a
   * line of text in its place when it could not be had in the time for all of them.
   */
  fetch(media: readonly KfMedium[]): (medium: KfMedium) => Promise<Part>
  /** Undefined for a part that has no file of ours. */
  upload(part: Part): Promise<KfUploaded | undefined>
  readonly thumb: KfThumb
}

export interface KfMediaOptions {
  host: Pick<Host, 'files' | 'logger' | 'state' | 'clock'>
  calls: Pick<KfCalls, 'upload' | 'download'>
  site: string
  /** Milliseconds that files of one page may take together; 30 s when left out. A try has a third of it. */
  filesMs?: number | undefined
  wait(ms: number): Promise<void>
}

export function createKfMedia({ host, calls, site, filesMs = FILES_MS, wait }: KfMediaOptions): KfMedia {
  async function fetched({ as, mediaId }: KfMedium, over: AbortSignal): Promise<Part> {
    const { content, name, type } = await calls.download(mediaId)
    const called = name === '' ? `${NAMES[as]}${type === 'audio/amr' ? '.amr' : ''}` : name.slice(0, 255)
    const bounded = content.pipeThrough(new TransformStream<Uint8Array, Uint8Array>(), { signal: over })
    const file = await host.files.put(bounded, { site, name: called, type })
    return { kind: as, file: file.id, name: file.name, type: file.type, bytes: file.bytes }
  }

  async function taken(medium: KfMedium, page: AbortSignal): Promise<Part> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await within({ ms: filesMs / MOST_TRIES, page }, (over) => fetched(medium, over))
      } catch (thrown) {
        const error = toHutongError(thrown)
        if (!error.retryable || tries >= MOST_TRIES || page.aborted) return lost(medium, error)
        await wait(Math.min(PAUSE_MS, filesMs / 10))
      }
    }
  }

  function lost({ as }: KfMedium, { code }: HutongError): Part {
    host.logger.warn({ code, kind: as }, 'a file of a customer could not be fetched')
    return unsupported(NAMES[as], `[${NAMES[as]}] could not be fetched from WeChat: ${code}`)
  }

  return {
    fetch(media) {
      const time = new AbortController()
      const page = time.signal
      const timer = setTimeout(() => time.abort(), filesMs).unref()
      const wanted = media.map((medium) => ({ medium, ...Promise.withResolvers<Part>() }))
      const queue = wanted.values()
      const work = async () => {
        for (const { medium, resolve } of queue) resolve(await taken(medium, page))
      }
      void Promise.all(Array.from({ length: AT_ONCE }, work)).then(() => clearTimeout(timer))
      const parts = new Map(wanted.map(({ medium, promise }) => [medium, promise]))
      return (medium) => parts.get(medium) ?? taken(medium, page)
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
    thumb: createKfThumb({ host, calls, site }),
  }
}

/** What comes of work, or `timeout` as soon as its time or that of the page is over. */
function within<T>(of: { ms: number; page: AbortSignal }, work: (over: AbortSignal) => Promise<T>): Promise<T> {
  const late = new HutongError('timeout', 'the file did not come in time')
  if (of.page.aborted) return Promise.reject(late)
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const time = new AbortController()
  const end = () => {
    time.abort(late)
    reject(late)
  }
  const timer = setTimeout(end, of.ms).unref()
  of.page.addEventListener('abort', end)
  work(time.signal).then(resolve, reject)
  return promise.finally(() => {
    clearTimeout(timer)
    of.page.removeEventListener('abort', end)
  })
}

/** The platform tells types by the ending of the name. */
function ending(name: string, type: string): string {
  const wanted = ENDINGS[type]
  return wanted === undefined || name.toLowerCase().endsWith(`.${wanted}`) ? name : `${name}.${wanted}`
}
