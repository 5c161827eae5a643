import { HutongError } from '@hutong/core/errors'
import { asStream } from './whole-answer.ts'

/** Most bytes of one answer: a model may think in thirty thousand tokens before it, with 250 bytes around each. */
const BYTES_MAX = 8_000_000
/** Most bytes of one event, of which the largest brings a whole answer. */
const EVENT_MAX = 256 * 1024

/**
 * `fetch` for streams: silence of `idleMs` ends it with `timeout`, too many bytes, an event that does not end or a body that is no
 * answer with `unreachable`. A whole answer in JSON comes as a stream of one event.
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
      if (!response.body) clearTimeout(timer)
      const watched = response.body ? new Response(response.body.pipeThrough(watch(timer, ended)), response) : response
      return isWhole(response) ? await streamed(watched) : watched
    } catch (error) {
      clearTimeout(timer)
      ended.abort()
      throw error
    }
  }
}

/** Events go on whole: the client looks through what it has of one again with every piece that comes. */
function watch(timer: NodeJS.Timeout, ended: AbortController): TransformStream<Uint8Array, Uint8Array> {
  const endOf = createEventEnds()
  let bytes = 0
  let held: Uint8Array[] = []
  let holds = 0
  return new TransformStream({
    transform(piece, controller) {
      timer.refresh()
      bytes += piece.byteLength
      const end = endOf(piece)
      if (end > 0) {
        controller.enqueue(Buffer.concat([...held, piece.subarray(0, end)]))
        held = []
        holds = 0
      }
      held.push(piece.subarray(end))
      holds += piece.byteLength - end
      const what = bytes > BYTES_MAX ? 'without end' : holds > EVENT_MAX ? 'an event without end' : undefined
      if (what !== undefined) ended.abort(new HutongError('unreachable', `the endpoint sends ${what}`))
    },
    flush(controller) {
      clearTimeout(timer)
      controller.enqueue(Buffer.concat(held))
    },
  })
}

const LF = 0x0a
const CR = 0x0d

/** Behind which byte of a piece its last event ends; 0 when none does. An empty line ends it, however lines end. */
function createEventEnds(): (piece: Uint8Array) => number {
  let before = 0
  let last = 0
  return (piece) => {
    let end = 0
    for (let at = 0; at < piece.length; at += 1) {
      const byte = piece[at] ?? 0
      const lineEnd = byte === LF || byte === CR
      if (lineEnd && (byte === last || (byte === LF && last === CR && before === LF))) end = at + 1
      before = last
      last = byte
    }
    return end
  }
}

function isWhole({ ok, headers }: Response): boolean {
  return ok && /^(application\/json|text\/html)/i.test(headers.get('content-type') ?? '')
}

/** Some endpoints know no `stream` and send the whole answer as JSON. */
async function streamed(response: Response): Promise<Response> {
  const events = asStream(await response.text())
  if (events !== undefined) return new Response(events, { headers: { 'content-type': 'text/event-stream' } })
  const type = response.headers.get('content-type')
  throw new HutongError('unreachable', `the endpoint answers with ${type}, not with a stream; is baseUrl right?`, {
    field: 'baseUrl',
  })
}
