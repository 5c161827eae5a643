import type { Event } from '@hutong/core/backend'
import { wordsOf } from '../backends/words-of.ts'
import { answer, type End, reply, type Turn } from './wire-bench.ts'

/** What every scripted end has in common: it writes down what it hears, and does what the test says. */
export function createScript() {
  const heard: Event[] = []
  let end: End | undefined
  return {
    hear(event: Event): Turn | Promise<Turn> {
      heard.push(event)
      return end ? end.turn(event) : { do: 'fail' }
    },
    end(wired: Pick<End, 'act' | 'lose' | 'close'>): End {
      end = { ...wired, heard, turn: (event) => echo(event) }
      return end
    },
  }
}

function echo({ entry }: Event): Turn {
  return entry.body.kind === 'message' ? answer(reply(`You said: ${wordsOf(entry)}`.slice(0, 8_000))) : answer()
}
