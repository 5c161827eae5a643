import { HutongError } from '@hutong/core/errors'

/** All of a body as text. Rejects with `too_large` once it is longer than `most` bytes, and reads no further. */
export async function readBounded(body: ReadableStream<Uint8Array> | null, most: number): Promise<string> {
  const decoder = new TextDecoder()
  let bytes = 0
  let text = ''
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength
    if (bytes > most) throw new HutongError('too_large', `more than ${most} bytes`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}
