import type { Clock, FileStorage, StoredFile } from '@hutong/core/adapter'
import { HutongError, toHutongError } from '@hutong/core/errors'
import type { MediumKind, Part, PartOf } from '@hutong/core/parts'
import { type Api, platformCode } from '@hutong/tencent/api'
import { z } from 'zod'
import { SMALLEST_UPLOAD, UPLOADS, type UploadKind } from './app-capabilities.ts'
import { type Body, fileBody } from './app-draft.ts'
import type { Page } from './app-ledger.ts'
import type { Said } from './codec.ts'

const uploaded = z.object({ media_id: z.string().min(1) })
/** The platform keeps a file for three days: https://developer.work.weixin.qq.com/document/path/90253 */
const KEPT_MS = 3 * 24 * 3_600_000
const SPARE_MS = 3_600_000
const MOST_UPLOADS = 20

export interface MediaParts {
  api: Api
  files: FileStorage
  clock: Clock
}

/**
 * The message of a stored file. The same file within its three days is not uploaded again: a message that is tried again has to be the
 * same for the platform to know it.
 */
export async function uploadFile(
  { api, files, clock }: MediaParts,
  part: PartOf<MediumKind>,
  page: Page,
): Promise<Body> {
  const id = part.file ?? ''
  const now = clock.now()
  const known = page.uploads.find(([file, , , until]) => file === id && until > now + SPARE_MS)
  if (known) return fileBody(known[1], known[2])
  const found = await files.get(id)
  if (found === undefined) throw new HutongError('rejected', `the file ${id} is not stored any more`)
  if (found.file.bytes < SMALLEST_UPLOAD) {
    await found.content.cancel()
    return { msgtype: 'text', text: { content: `📎 ${found.file.name}\n${files.url(found.file)}` } }
  }
  const { kind, mediaId } = await upload({ api, files }, found, part)
  page.uploads = [...page.uploads.filter(([file]) => file !== id), [id, kind, mediaId, now + KEPT_MS] as const]
    .slice(-MOST_UPLOADS)
    .map(([file, as, media, until]) => [file, as, media, until])
  return fileBody(kind, mediaId)
}

type Stored = NonNullable<Awaited<ReturnType<FileStorage['get']>>>

/** WeCom looks into a file: one that is not what it is called, and a voice that is too long, goes as a file. */
async function upload(
  { api, files }: Pick<MediaParts, 'api' | 'files'>,
  { file, content }: Stored,
  part: PartOf<MediumKind>,
): Promise<{ kind: UploadKind; mediaId: string }> {
  const { kind, name } = asUpload(file, part)
  try {
    const body = { content, name, type: file.type }
    const { media_id: mediaId } = await api.upload(`/cgi-bin/media/upload?type=${kind}`, body, uploaded)
    return { kind, mediaId }
  } catch (thrown) {
    const again = kind !== 'file' && NOT_OF_KIND.includes(platformCode(thrown) ?? 0)
    const found = again ? await files.get(file.id) : undefined
    if (found === undefined) throw thrown
    return upload({ api, files }, found, { kind: 'file', file: file.id })
  }
}

const NOT_OF_KIND: readonly number[] = [40004, 40005, 40009, 45001, 45007]

/** Pictures, voices and videos that the platform does not take as such go as files. */
function asUpload(file: StoredFile, part: PartOf<MediumKind>): { kind: UploadKind; name: string } {
  const long = part.kind === 'audio' && (part.duration ?? 0) > 60
  const found = UPLOADS.find(({ type, maxBytes }) => type.test(file.type) && file.bytes <= maxBytes)
  if (part.kind === 'file' || found === undefined || long) return { kind: 'file', name: file.name }
  const ends = file.name.toLowerCase().endsWith(`.${found.ending}`)
  return { kind: found.kind, name: ends ? file.name : `${file.name}.${found.ending}` }
}

const TRIES = 2

/**
 * A file that a member sent, in the file storage. One that cannot be had is said in words, or shown from its other place, so that the
 * message itself is never lost.
 */
export async function fetchMedium(
  { api, files }: Omit<MediaParts, 'clock'>,
  { as, mediaId, url }: Extract<Said, { kind: 'medium' }>,
  site: string,
): Promise<Part> {
  let failure: HutongError | undefined
  for (let tries = 0; tries < TRIES; tries += 1) {
    try {
      const { content, name, type } = await api.download(`/cgi-bin/media/get?media_id=${encodeURIComponent(mediaId)}`)
      const stored = await files.put(content, { site, name: name || as, type })
      return { kind: as, file: stored.id, name: stored.name, type: stored.type, bytes: stored.bytes }
    } catch (thrown) {
      failure = toHutongError(thrown)
      if (!failure.retryable) break
    }
  }
  if (url !== undefined) return { kind: 'image', url }
  const words = `[${as}] could not be fetched from WeCom: ${failure?.code ?? 'internal'}`
  return { kind: 'unsupported', native: as, text: words }
}
