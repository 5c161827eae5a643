import type { Event } from '@hutong/core/backend'

/** What the backend remembers of a conversation. */
export interface Talk {
  language?: string
  /** Category and article that were spoken of last. */
  topic?: string
  article?: string
  /** Questions in a row without an answer, with the articles that came closest. */
  tried: Tried[]
  form?: OpenForm
  /** What may be meant by "2" or "the second one" now. */
  offered?: Offered[]
  /** A greeting was answered, and nothing else since. */
  greeted?: true
}

export interface Offered {
  id: string
  label: string
}

export interface Tried {
  question: string
  closest: string[]
}

/** The form of an article that is being filled in. */
export interface OpenForm {
  article: string
  values: Record<string, string>
  /** Answers in a row that did not fit. */
  wrong: number
}

/** As it was before the event and after it: an event that is repeated after a crash is answered from the same state as the first time. */
export interface Remembered {
  event: string
  /** The floor's. */
  term?: number
  before: Talk
  after: Talk
}

const FRESH: Talk = { tried: [] }
const TRIED_MAX = 12
const QUESTION_CUT = 300

/** Once the floor has moved, also when it came back and nobody was told, what was begun is over. */
export function talkBefore({ id, floor }: Pick<Event, 'id' | 'floor'>, remembered: unknown): Talk {
  const memory = remembered as Remembered | undefined
  if (memory === undefined) return FRESH
  if (memory.event === id) return memory.before
  return (memory.term ?? floor.term) < floor.term ? begunAnew(memory.after) : memory.after
}

export function withoutForm({ form: _, ...talk }: Talk): Talk {
  return talk
}

/** As somebody is known who was with others meanwhile. */
function begunAnew({ form: _, offered: __, greeted: ___, ...talk }: Talk): Talk {
  return talk
}

export function triedToo(talk: Talk, { question, closest }: Tried): Tried[] {
  return [...talk.tried, { question: question.slice(0, QUESTION_CUT), closest: closest.slice(0, 3) }].slice(-TRIED_MAX)
}
