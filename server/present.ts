import type { FileStorage } from '@hutong/core/adapter'
import { type Entry, visibleToContact } from '@hutong/core/entry'
import type { Part } from '@hutong/core/parts'

type Urls = Pick<FileStorage, 'url'>

/** The entry with a fresh signed link beside every stored file. What has none is returned as it is. */
export function withUrls(entry: Entry, files: Urls): Entry {
  const { body } = entry
  if (body.kind !== 'message' && body.kind !== 'edit') return entry
  if (!body.parts.some(isStored)) return entry
  const parts = body.parts.map((part) => (isStored(part) ? { ...part, url: files.url({ id: part.file }) } : part))
  return { ...entry, body: { ...body, parts } }
}

/** A page of a log as its contact may see it: of what was taken back, only that it was there. */
export function pageToContact(entries: readonly Entry[], recalled: ReadonlySet<number>, files: Urls): Entry[] {
  return entries.map((entry) => presentToContact(withoutRecalled(entry, recalled), files))
}

function withoutRecalled(entry: Entry, recalled: ReadonlySet<number>): Entry {
  const { body, seq } = entry
  if (body.kind !== 'message' && body.kind !== 'edit') return entry
  return recalled.has(body.kind === 'edit' ? body.of : seq) ? { ...entry, body: { ...body, parts: [] } } : entry
}

/** The entry as its contact may see it, files linked. */
export function presentToContact(entry: Entry, files: Urls): Entry {
  return withUrls(visibleToContact(entry), files)
}

function isStored(part: Part): part is Part & { file: string } {
  return 'file' in part && part.file !== undefined
}
