import { HutongError } from '@hutong/core/errors'

/** All of a body. Rejects with `tooLarge` once it is longer than `most` bytes, and reads no further. */
export async function readBounded(
  body: AsyncIterable<Uint8Array> | null,
  most: number,
  tooLarge = () => new HutongError('too_large', `more than ${most} bytes`),
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength
    if (bytes > most) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** The same as text. */
export async function readBoundedText(...reading: Parameters<typeof readBounded>): Promise<string> {
  return new TextDecoder().decode(await readBounded(...reading))
}
