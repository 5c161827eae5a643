import { type Backend, type EventAnswer, eventAnswer } from '@hutong/core/backend'
import { HutongError } from '@hutong/core/errors'
import { parse } from '@hutong/core/parse'
import { z } from 'zod'
import { createSeats, type Seat } from './seats.ts'

export const socketOptions = z.strictObject({
  /** The name that contacts see. */
  title: z.string().min(1).max(80).optional(),
  /** Milliseconds until the floor goes on when no answer came; also the time for an acknowledgement. */
  answerWithin: z.int().min(1_000).max(600_000).default(15_000),
})
export type SocketOptions = z.input<typeof socketOptions>

export interface SocketBackend extends Backend {
  /** A socket that asks for events came; the returned function takes it away. */
  sit(seat: Seat): () => void
}

export function isSocketBackend(backend: Backend): backend is SocketBackend {
  return 'sit' in backend
}

const SECOND = 1_000
/** Unknown fields are refused, for a misspelt one would be an answer that nobody sees. */
const answer = eventAnswer.strict()
/** While nobody is connected, and after a failure. Whoever connects is brought everything at once. */
const RETRIES = [1, 2, 5, 10, 30, ...Array.from({ length: 24 * 60 }, () => 60)].map((seconds) => seconds * SECOND)

/** After this part of its time an event is brought to another connection too, which has the rest. */
const OVERDUE = 0.5
/** After so many times its time a connection that is full and silent starts over. */
const STUCK = 2

/** A backend that holds a socket of the namespace `/backend` open, with the token of its name. */
export function createSocketBackend(name: string, input: SocketOptions): SocketBackend {
  const { title, answerWithin } = socketOptions.parse(input)
  const times = { overdueMs: answerWithin * OVERDUE, stuckMs: answerWithin * STUCK }
  const seats = createSeats({ name, ...times, read: (said) => readAnswer(name, said) })

  return {
    name,
    ...(title !== undefined && { title }),
    answerWithin,
    answers: 'later',
    retries: RETRIES,
    sit: seats.sit,
    handle: (event, { signal }) => seats.bring(event, signal),
  }
}

function readAnswer(name: string, said: unknown): EventAnswer {
  const { error } = z
    .object({ error: z.object({ message: z.string() }).optional() })
    .catch({})
    .parse(said ?? {})
  if (error) throw new HutongError('unreachable', `${name} failed: ${error.message.slice(0, 300)}`)
  try {
    return parse(answer, said ?? {})
  } catch (cause) {
    const why = cause instanceof HutongError ? cause.message : 'not readable'
    throw new HutongError('unreachable', `the acknowledgement of ${name} is no answer: ${why}`, { cause })
  }
}
