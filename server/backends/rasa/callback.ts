import { createHash, timingSafeEqual } from 'node:crypto'
import type { BackendHost } from '@hutong/core/backend'
import { HutongError, toHutongError } from '@hutong/core/errors'
import { parse } from '@hutong/core/parse'
import { z } from 'zod'
import { readBoundedText } from '../../read-bounded.ts'
import { offeredIn } from './offered.ts'
import { type Decoded, decode, type Handoff } from './rasa-codec.ts'
import type { Talks, Turn } from './talks.ts'

export interface CallbackOptions {
  token: string
  talks: Talks
  act: BackendHost['act']
  /** The floor goes on, with what Rasa says of it. */
  handOver(conversation: string, turn: Turn, handoff: Handoff): Promise<void>
}

const BODY_MAX = 262_144

const callbackShape = z.looseObject({ recipient_id: z.string().min(1).max(128) })

/**
 * Takes what Rasa's callback channel says: one message a request. It is said under the term that Rasa was asked at, so that what comes
 * after somebody else took the floor is refused. Rasa does not send a message again that was refused.
 */
export function createCallback({
  token,
  talks,
  act,
  handOver,
}: CallbackOptions): (request: Request) => Promise<Response> {
  async function take(request: Request): Promise<void> {
    verify(request, token)
    const answer = parse(callbackShape, json(await readBoundedText(request.body, BODY_MAX)))
    const conversation = answer.recipient_id
    if (!(await talks.read(conversation))?.turn)
      throw new HutongError('not_found', 'recipient_id: Rasa was asked nothing of that name', { field: 'recipient_id' })
    const decoded = decode([answer])
    const place = await noted(talks, conversation, decoded)
    if (!place) return
    const { turn, index } = place
    if (decoded.actions.length > 0)
      await act(conversation, {
        key: `${turn.event}:callback:${index}`,
        term: turn.term,
        event: turn.event,
        actions: decoded.actions,
      })
    if (decoded.handoff) await handOver(conversation, turn, decoded.handoff)
  }

  return async function receive(request) {
    try {
      await take(request)
      return Response.json({ status: 'ok' })
    } catch (thrown) {
      const error = toHutongError(thrown)
      return Response.json({ error }, { status: error.status })
    }
  }
}

/** The place of a message in its turn, written down before it is said; undefined when an earlier try of the turn brought it. */
async function noted(
  talks: Talks,
  conversation: string,
  { actions, handoff, payloads }: Decoded,
): Promise<{ turn: Turn; index: number } | undefined> {
  const sign = createHash('sha256').update(JSON.stringify({ actions, handoff })).digest('base64url').slice(0, 16)
  let place: { turn: Turn; index: number } | undefined
  await talks.change(conversation, (talk) => {
    const { turn } = talk
    if (!turn || (turn.again && turn.shown.includes(sign))) return talk
    place = { turn, index: turn.shown.length }
    const offered = offeredIn(actions)
    return {
      ...talk,
      payloads: { ...talk.payloads, ...payloads },
      ...(offered.length > 0 && { offered }),
      turn: { ...turn, shown: [...turn.shown, sign] },
    }
  })
  return place
}

/** As Rasa's `token:` sends it (`?token=`), or in the header that its `headers:` can name. */
function verify(request: Request, token: string): void {
  const bearer = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '')?.[1]
  const given = bearer ?? new URL(request.url).searchParams.get('token') ?? ''
  if (timingSafeEqual(digest(given), digest(token))) return
  throw new HutongError('unauthorized', 'token: is not "callbackToken" of this backend', { field: 'token' })
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new HutongError('invalid', 'the body is no JSON')
  }
}
