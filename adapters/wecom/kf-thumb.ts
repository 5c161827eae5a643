import type { FileStorage, Host } from '@hutong/core/adapter'
import { toHutongError } from '@hutong/core/errors'
import type { PartOf } from '@hutong/core/parts'
import { z } from 'zod'
import type { KfCalls } from './kf-calls.ts'

/** What may be uploaded as a picture (https://developer.work.weixin.qq.com/document/path/90253), with the ending it is known by. */
const ENDINGS: ReadonlyMap<string, string> = new Map([
  ['image/jpeg', 'jpg'],
  ['image/png', 'png'],
])
const MOST_BYTES = 10 * 1024 * 1024
/** Files live three days at the platform. */
const KEPT_MS = 2 * 86_400_000
/** A square of light grey, for a link must have a picture. */
const NEUTRAL =
  'iVBORw0KGgoAAAANSUhEUgAAAGAAAABgCAAAAADH8yjkAAAAPElEQVR42u3NMQ0AAAwDoPr3WC9VsWMJGCA9FoFAIBAIBAKBQCAQCAQCgUAgEAgEAoFAIBAIBAKBQPA1GATTFdI0llrWAAAAAElFTkSuQmCC'

const kept = z.object({ mediaId: z.string(), until: z.number() })

export interface KfThumbOptions {
  host: Pick<Host, 'files' | 'state' | 'clock'>
  calls: Pick<KfCalls, 'upload'>
  site: string
}

/** The picture that a card's link is sent with, by its id at the platform. */
export type KfThumb = (card: Pick<PartOf<'card'>, 'image'>) => Promise<string>

/** The card's own picture where that is a file of this site, else a neutral one. Fetches nothing from elsewhere. */
export function createKfThumb({ host, calls, site }: KfThumbOptions): KfThumb {
  const { files, state, clock } = host

  async function upload(content: ReadableStream<Uint8Array>, type: string): Promise<string> {
    return calls.upload('image', { content, name: `link.${ENDINGS.get(type)}`, type })
  }

  /** Undefined for a picture that is not stored here, and for one that the platform does not take. */
  async function own(image: string): Promise<string | undefined> {
    const id = idOf(image, files)
    const found = id === undefined ? undefined : await files.get(id)
    if (found === undefined) return undefined
    const { file, content } = found
    if (file.site !== site || !ENDINGS.has(file.type) || file.bytes > MOST_BYTES) {
      await content.cancel()
      return undefined
    }
    return upload(content, file.type).catch((thrown: unknown) => {
      if (toHutongError(thrown).retryable) throw thrown
      return undefined
    })
  }

  async function neutral(): Promise<string> {
    const known = kept.safeParse(await state.get('thumb')).data
    if (known !== undefined && known.until > clock.now()) return known.mediaId
    const mediaId = await upload(new Blob([Buffer.from(NEUTRAL, 'base64')]).stream(), 'image/png')
    await state.set('thumb', { mediaId, until: clock.now() + KEPT_MS })
    return mediaId
  }

  return async ({ image }) => (image === undefined ? undefined : await own(image)) ?? neutral()
}

/** The id of a stored file, from a link to it. */
function idOf(link: string, files: Pick<FileStorage, 'url'>): string | undefined {
  const id = placeOf(link).split('/').at(-1) ?? ''
  return id !== '' && placeOf(files.url({ id })) === placeOf(link) ? id : undefined
}

function placeOf(link: string): string {
  return link.split(/[?#]/, 1)[0] ?? ''
}
