import type { Event, Tools } from '@hutong/core/backend'
import type { Entry } from '@hutong/core/entry'
import { leftOpen } from '../left-open.ts'
import { wordsOf } from '../words-of.ts'

/** What is to be answered. */
export interface Heard {
  entry: Entry
  question: string
  pick?: string | undefined
  /** It was said to another bot: a question, a choice that nothing was said to, or what that bot had asked for. */
  before?: 'question' | 'pick' | 'answer'
}

const HISTORY = 50

/** What the contact wrote, also before this backend was given the floor and nobody answered it. Undefined when it is their turn. */
export async function heardIn(
  { entry }: Event,
  { name, tools }: { name: string; tools: Pick<Tools, 'history'> },
): Promise<Heard | undefined> {
  switch (entry.body.kind) {
    case 'message':
      return { entry, question: wordsOf(entry), pick: entry.body.choice?.id }
    case 'answer':
      return { entry, question: wordsOf(entry) }
    case 'handoff': {
      if (entry.from.kind === 'bot' && entry.from.id === name) return undefined
      const open = leftOpen(await tools.history({ limit: HISTORY }), entry)
      if (open.kind === 'nothing' || (open.kind === 'pick' && open.answered)) return undefined
      return { entry: open.entry, question: wordsOf(open.entry), before: open.kind }
    }
    default:
      return undefined
  }
}
