import type { FileStorage, StoredFile } from './adapter.ts'
import { HutongError } from './errors.ts'

/** First bytes of the types that are told from the content; enough for tests of adapters. */
const MAGIC: readonly [string, readonly number[]][] = [
  ['image/png', [0x89, 0x50, 0x4e, 0x47]],
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['image/gif', [0x47, 0x49, 0x46, 0x38]],
  ['application/pdf', [0x25, 0x50, 0x44, 0x46]],
]

/** File storage in memory, with `maxBytes` enforced while the stream runs; empty files are refused, as the relay does. */
export function createMemoryFiles(): FileStorage {
  const kept = new Map<string, { file: StoredFile; bytes: Uint8Array<ArrayBuffer> }>()
  return {
    async put(content, { site, name, type, maxBytes = Number.POSITIVE_INFINITY, owner }) {
      const chunks: Uint8Array[] = []
      let size = 0
      for await (const chunk of content) {
        size += chunk.byteLength
        if (size > maxBytes) throw new HutongError('too_large', `the file is larger than ${maxBytes} bytes`)
        chunks.push(chunk)
      }
      if (size === 0) throw new HutongError('invalid', 'file: is empty', { field: 'file' })
      const bytes = new Uint8Array(await new Blob(chunks.map((one) => new Uint8Array(one))).arrayBuffer())
      const sniffed = MAGIC.find(([, magic]) => magic.every((value, index) => bytes[index] === value))?.[0]
      const id = `f_${kept.size + 1}`
      const file = {
        id,
        site,
        name,
        type: sniffed ?? type ?? 'application/octet-stream',
        bytes: size,
        ...(owner !== undefined && { owner }),
      }
      kept.set(id, { file, bytes })
      return file
    },
    async get(id) {
      const found = kept.get(id)
      return found && { file: found.file, content: new Blob([found.bytes]).stream() }
    },
    url: ({ id }) => `https://files.example/${id}`,
  }
}
