import { HutongError } from '@hutong/core/errors'

export interface Downloaded {
  /** Ends with `too_large` when the file has more than was promised, and with `unreachable` when the connection is lost. */
  readonly content: ReadableStream<Uint8Array>
  /** As the platform names it, without folders; empty when it does not. */
  readonly name: string
  readonly type: string
}

/** An answer as a file that is read while it comes, and never more than `most` bytes of it. */
export async function downloaded(response: Response, most: number): Promise<Downloaded> {
  const declared = Number(response.headers.get('content-length') ?? 0)
  if (declared > most) {
    await response.body?.cancel()
    throw new HutongError('too_large', `the file has more than ${most} bytes`)
  }
  return {
    content: bounded(response.body ?? new ReadableStream(), most),
    name: nameOf(response.headers.get('content-disposition') ?? ''),
    type: response.headers.get('content-type')?.split(';', 1)[0]?.trim() ?? 'application/octet-stream',
  }
}

function bounded(source: ReadableStream<Uint8Array>, most: number): ReadableStream<Uint8Array> {
  const reader = source.getReader()
  let bytes = 0
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw new HutongError('unreachable', 'the file was cut off', { cause })
      })
      if (done) return controller.close()
      bytes += value.byteLength
      if (bytes <= most) return controller.enqueue(value)
      await reader.cancel()
      throw new HutongError('too_large', `the file has more than ${most} bytes`)
    },
    cancel: (reason) => reader.cancel(reason),
  })
}

/**
 * Names beyond ASCII come in percent signs (`filename*`, https://github.com/binarywang/WxJava/issues/3146, or a plain `filename`) and
 * as the bare UTF-8 bytes, which are read as Latin-1 here. A name that is neither stays as it came.
 */
function nameOf(disposition: string): string {
  const extended = /filename\*=UTF-8''([^;]+)/i.exec(disposition)?.[1]
  const quoted = /filename="([^"]*)"|filename=([^;]+)/i.exec(disposition)
  const name = percent(extended ?? utf8(quoted?.[1] ?? quoted?.[2] ?? ''))
  const last = name.split(/[\\/]/).at(-1) ?? ''
  return last.replaceAll(/\p{Cc}/gu, '').trim()
}

function utf8(latin: string): string {
  const text = Buffer.from(latin, 'latin1').toString()
  return text.includes('\uFFFD') ? latin : text
}

function percent(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
