import { type Backend, type Event, type EventAnswer, eventAnswer } from '@hutong/core/backend'
import { HutongError } from '@hutong/core/errors'
import { parse } from '@hutong/core/parse'
import { z } from 'zod'

export const socketOptions = z.strictObject({
  /** The name that contacts see. */
  title: z.string().min(1).max(80).optional(),
  /** Milliseconds until the floor goes on when no answer came; also the time for an acknowledgement. */
  answerWithin: z.int().min(1_000).max(600_000).default(15_000),
})
export type SocketOptions = z.input<typeof socketOptions>

/** One connection of the backend: where events can be brought. */
export interface Seat {
  /** Events it takes at once. */
  readonly credit: number
  /** Resolves with what it was acknowledged with. Rejects when the connection ends first. */
  send(event: Event, signal: AbortSignal): Promise<unknown>
}

export interface SocketBackend extends Backend {
  /** A socket that asks for events came; the returned function takes it away. */
  sit(seat: Seat): () => void
}

export function isSocketBackend(backend: Backend): backend is SocketBackend {
  return 'sit' in backend
}

const SECOND = 1_000
/** While nobody is connected, and after a failure. Whoever connects is brought everything at once. */
const RETRIES = [1, 2, 5, 10, 30, ...Array.from({ length: 24 * 60 }, () => 60)].map((seconds) => seconds * SECOND)

/** A backend that holds a socket of the namespace `/backend` open, with the token of its name. */
export function createSocketBackend(name: string, input: SocketOptions): SocketBackend {
  const { title, answerWithin } = socketOptions.parse(input)
  const seats = createSeats(name)

  return {
    name,
    ...(title !== undefined && { title }),
    answerWithin,
    answers: 'later',
    retries: RETRIES,
    sit: seats.sit,
    async handle(event, { signal }) {
      const said = await seats.bring(event, signal)
      const { actions, later } = readAnswer(name, said)
      return later && actions.length === 0 ? undefined : actions
    },
  }
}

function readAnswer(name: string, said: unknown): EventAnswer {
  const { error } = z
    .object({ error: z.object({ message: z.string() }).optional() })
    .catch({})
    .parse(said ?? {})
  if (error) throw new HutongError('unreachable', `${name} failed: ${error.message.slice(0, 300)}`)
  try {
    return parse(eventAnswer, said ?? {})
  } catch (cause) {
    const why = cause instanceof HutongError ? cause.message : 'not readable'
    throw new HutongError('unreachable', `the acknowledgement of ${name} is no answer: ${why}`, { cause })
  }
}

interface Taken extends Seat {
  under: number
}

/** Each event goes to the connection with the most credit left; without any it waits for one. */
function createSeats(name: string) {
  const seats = new Set<Taken>()
  const waiting = new Set<() => void>()

  function wake() {
    const [next] = waiting
    next?.()
  }

  function freest(): Taken | undefined {
    const free = [...seats].filter(({ under, credit }) => under < credit)
    return free.toSorted((a, b) => b.credit - b.under - (a.credit - a.under))[0]
  }

  function credit(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = () => {
        waiting.delete(done)
        signal.removeEventListener('abort', end)
        resolve()
      }
      const end = () => {
        waiting.delete(done)
        reject(signal.reason)
      }
      waiting.add(done)
      signal.addEventListener('abort', end, { once: true })
    })
  }

  return {
    sit(seat: Seat): () => void {
      const taken: Taken = Object.assign({ under: 0 }, seat)
      seats.add(taken)
      for (const one of [...waiting]) one()
      return () => {
        seats.delete(taken)
        for (const one of [...waiting]) one()
      }
    },
    async bring(event: Event, signal: AbortSignal): Promise<unknown> {
      for (;;) {
        if (seats.size === 0) throw new HutongError('unavailable', `${name} is not connected`)
        const seat = freest()
        if (seat) {
          seat.under += 1
          try {
            return await seat.send(event, signal)
          } finally {
            seat.under -= 1
            wake()
          }
        }
        await credit(signal)
      }
    },
  }
}
