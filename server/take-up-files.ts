import type { StoredFile } from '@hutong/core/adapter'
import { HutongError } from '@hutong/core/errors'
import type { MediumKind, Part, PartOf } from '@hutong/core/parts'
import type { SmallStore } from './stores/store.ts'

export type FileRecords = Pick<SmallStore, 'file' | 'useFile'>

type MediumPart = PartOf<MediumKind>

/**
 * The parts as they may be stored: each file is one the author may send and will be kept, named as the storage knows it.
 * Rejects with `invalid` naming the part.
 */
export function takeUpFiles(
  records: FileRecords,
  parts: readonly Part[],
  mayUse: (file: StoredFile) => boolean,
): Promise<Part[]> {
  return Promise.all(
    parts.map(async (part, index) => {
      if (!('file' in part) || part.file === undefined) return part
      const record = await records.file(part.file)
      if (record && mayUse(record) && (await records.useFile(record.id))) return restated(part, record)
      const field = `parts.${index}.file`
      throw new HutongError('invalid', `${field}: there is no file ${part.file}; upload it first`, { field })
    }),
  )
}

/** A picture cannot be passed off as a recording, nor a program as a picture. */
function restated({ url: _, ...claimed }: MediumPart, { id: file, name, type, bytes }: StoredFile): Part {
  if (claimed.kind !== 'file' && claimed.kind !== mediumOf(type)) return { kind: 'file', file, name, type, bytes }
  return { ...claimed, file, name, type, bytes }
}

/** The kind of part that shows content of this type. Markup is never shown, whatever it draws. */
export function mediumOf(type: string): MediumKind {
  if (/xml$/.test(type)) return 'file'
  const family = type.slice(0, type.indexOf('/'))
  return family === 'image' || family === 'audio' || family === 'video' ? family : 'file'
}
