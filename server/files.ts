import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { Clock, FileStorage, Logger, StoredFile } from '@hutong/core/adapter'
import { HutongError } from '@hutong/core/errors'
import { newId } from '@hutong/core/ids'
import type { Part } from '@hutong/core/parts'
import type { FileLimits } from './file-limits.ts'
import { accepted, HEAD_BYTES, sniff } from './media-type.ts'
import type { SmallStore } from './stores/store.ts'
import { mediumOf } from './take-up-files.ts'

const HOUR = 3_600_000
const UNUSED_FOR = 24 * HOUR
const SWEPT_AT_ONCE = 100
const FILE_ID = /^f_[\w-]{22}$/

export interface FilesOptions {
  /** Where the contents go; made when it is missing. */
  folder: string
  store: Pick<SmallStore, 'addFile' | 'file' | 'dropUnusedFiles'>
  secret: string
  clock: Clock
  /** Origin that links begin with, asked whenever one is made. */
  origin(): string
  /** How long a link works at least, in milliseconds. Default 24 hours. */
  linkFor?: number
  /** What is taken for a site, of its visitors and agents or of a channel's customers. */
  limits(site: string, channel: string | undefined): FileLimits
}

/** The storage as the relay's own parts use it. */
export interface RelayFiles extends FileStorage {
  /** `channel`: the foreign platform that it comes from, whose customers have limits of their own. */
  put(
    content: ReadableStream<Uint8Array>,
    meta: Parameters<FileStorage['put']>[1] & { channel?: string },
  ): Promise<StoredFile>
}

export interface Files extends RelayFiles {
  /** Until when (ms) the link with these query values works; undefined when it is forged, for another file or over. */
  verify(id: string, link: { e: string | undefined; s: string | undefined }): number | undefined
  /** The file's record; undefined also when its content is not there, or not whole. */
  about(id: string): Promise<StoredFile | undefined>
  /** Bytes `start` to `end`, both included. */
  slice(id: string, range: { start: number; end: number }): ReadableStream<Uint8Array>
  /** Deletes what was uploaded more than a day ago and no message took up; resolves with how many files. */
  sweep(): Promise<number>
}

/** Keeps files in a folder, sharded by id; the records are in the store. */
export function createFiles({ folder, store, clock, limits: limitsOf, ...options }: FilesOptions): Files {
  const key = Buffer.from(hkdfSync('sha256', options.secret, '', 'hutong file links', 32))
  const lasts = options.linkFor ?? 24 * HOUR
  const pathOf = (id: string) => join(folder, id.slice(2, 4), id)

  const signature = (id: string, until: string) =>
    createHmac('sha256', key).update(`${id} ${until}`).digest().subarray(0, 24)

  /** Ends on a full hour, so that a link stays the same, and cached, for a while. */
  function url({ id }: { id: string }, ends = clock.now() + lasts): string {
    const until = String(Math.ceil(ends / HOUR) * HOUR)
    return `${options.origin().replace(/\/+$/, '')}/files/${id}?e=${until}&s=${signature(id, until).toString('base64url')}`
  }

  async function about(id: string) {
    const file = FILE_ID.test(id) ? await store.file(id) : undefined
    const kept = file && (await stat(pathOf(id)).catch(absent))
    return kept?.size === file?.bytes ? file : undefined
  }

  const slice = (id: string, range: { start?: number; end?: number }) =>
    Readable.toWeb(createReadStream(pathOf(id), range)) as ReadableStream<Uint8Array>

  return {
    async put(content, meta) {
      const limits = limitsOf(meta.site, meta.channel)
      const max = Math.min(limits.maxBytes, meta.maxBytes ?? limits.maxBytes)
      const id = newId('f')
      await mkdir(join(folder, 'arriving'), { recursive: true })
      await mkdir(join(folder, id.slice(2, 4)), { recursive: true })
      const arriving = join(folder, 'arriving', id)
      const name = cleanName(meta.name)
      try {
        const { bytes, head } = await writeDown(content, arriving, max)
        if (bytes === 0) throw new HutongError('invalid', 'file: is empty', { field: 'file' })
        const type = await sniff(head, { name, type: meta.type })
        if (!accepted(type, limits.types))
          throw new HutongError('unsupported_type', `files of type ${type} are not accepted here`)
        await rename(arriving, pathOf(id))
        const file: StoredFile = {
          id,
          site: meta.site,
          name,
          type,
          bytes,
          ...(meta.owner !== undefined && { owner: meta.owner }),
        }
        await store.addFile({ ...file, createdAt: clock.now() })
        return file
      } catch (cause) {
        await rm(arriving, { force: true })
        await rm(pathOf(id), { force: true })
        throw cause
      }
    },
    async get(id) {
      const file = await about(id)
      return file && { file, content: slice(id, {}) }
    },
    url,
    verify(id, { e = '', s = '' }) {
      if (!/^\d{1,15}$/.test(e) || Number(e) <= clock.now()) return
      const given = Buffer.from(s, 'base64url')
      const expected = signature(id, e)
      return given.length === expected.length && timingSafeEqual(given, expected) ? Number(e) : undefined
    },
    about,
    slice,
    async sweep() {
      let swept = 0
      for (;;) {
        const ids = await store.dropUnusedFiles(clock.now() - UNUSED_FOR, SWEPT_AT_ONCE)
        for (const id of ids) await rm(pathOf(id), { force: true })
        swept += ids.length
        if (ids.length < SWEPT_AT_ONCE) return swept
      }
    },
  }
}

/** Sweeps now and every hour until the returned function is called. */
export function keepSweeping(files: Pick<Files, 'sweep'>, logger: Logger): () => void {
  const sweep = () =>
    files.sweep().then(
      (swept) => swept > 0 && logger.info({ swept }, 'files that no message carries were deleted'),
      (err: unknown) => logger.error({ err }, 'files that no message carries could not be deleted'),
    )
  void sweep()
  const timer = setInterval(() => void sweep(), HOUR).unref()
  return () => clearInterval(timer)
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

/** Writes the stream to disk and syncs it. Resolves with its size and its first bytes. */
async function writeDown(content: ReadableStream<Uint8Array>, path: string, max: number) {
  const file = await open(path, 'wx', 0o600)
  try {
    const head: Uint8Array[] = []
    let headBytes = 0
    let bytes = 0
    for await (const chunk of content) {
      bytes += chunk.byteLength
      if (bytes > max) throw new HutongError('too_large', `file: is larger than ${max} bytes`, { field: 'file' })
      if (headBytes < HEAD_BYTES) {
        const piece = chunk.slice(0, HEAD_BYTES - headBytes)
        head.push(piece)
        headBytes += piece.byteLength
      }
      await file.writeFile(chunk)
    }
    await file.sync()
    return { bytes, head: Buffer.concat(head) }
  } finally {
    await file.close()
  }
}

/** The last step of the path, without what no file system or reader wants in a name (controls, bidi overrides). */
function cleanName(name: string): string {
  const last = name.normalize('NFC').split(/[/\\]/).at(-1) ?? ''
  const clean = last.replace(/[\p{Cc}\p{Cf}\p{Cs}<>:"|?*]/gu, '').replace(/^[.\s]+|[.\s]+$/g, '')
  return clean.slice(-255) || 'file'
}

/** A stored file as the part that shows it. */
export function partOf(file: StoredFile): Part {
  const kind = mediumOf(file.type)
  return { kind, file: file.id, name: file.name, type: file.type, bytes: file.bytes }
}
