import { HutongError } from '@hutong/core/errors'

/** Most bytes of one answer; a long one with all that stands around its tokens has a tenth of it. */
const BYTES_MAX = 16_000_000

/**
 * `fetch` for streams: silence of `idleMs` ends it with `timeout`, too many bytes or a body that is no stream with `unreachable`.
 * Comments that keep a connection alive are bytes (https://api-docs.deepseek.com/quick_start/rate_limit). Redirects are not followed,
 * as they would take the conversation elsewhere.
 */
export function watchedFetch(idleMs: number): typeof fetch {
  return async function watched(input, init) {
    const ended = new AbortController()
    const stalled = () =>
      ended.abort(new HutongError('timeout', `the endpoint sent nothing for ${idleMs} ms`, { field: 'idleMs' }))
    const timer = setTimeout(stalled, idleMs).unref()
    const signal = init?.signal ? AbortSignal.any([init.signal, ended.signal]) : ended.signal
    try {
      const response = await fetch(input, { ...init, signal, redirect: 'error' })
      refuseWhole(response)
      if (!response.body) clearTimeout(timer)
      return response.body ? new Response(response.body.pipeThrough(watch(timer, ended)), response) : response
    } catch (error) {
      clearTimeout(timer)
      ended.abort()
      throw error
    }
  }
}

function watch(timer: NodeJS.Timeout, ended: AbortController): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0
  return new TransformStream({
    transform(piece, controller) {
      timer.refresh()
      bytes += piece.byteLength
      if (bytes > BYTES_MAX) ended.abort(new HutongError('unreachable', 'the endpoint sends without end'))
      else controller.enqueue(piece)
    },
    flush() {
      clearTimeout(timer)
    },
  })
}

function refuseWhole(response: Response): void {
  const type = response.headers.get('content-type') ?? ''
  if (!response.ok || !/^(application\/json|text\/html)/i.test(type)) return
  throw new HutongError('unreachable', `the endpoint answers with ${type}, not with a stream; is baseUrl right?`, {
    field: 'baseUrl',
  })
}
