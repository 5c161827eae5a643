import type { ActionInput, BackendHost } from '@hutong/core/backend'
import type { Offered } from './offered.ts'
import type { Handoff, Payloads } from './rasa-codec.ts'

/** What is kept of a conversation with Rasa. */
export interface Talk {
  /** The floor's term under which Rasa was last asked; another one means that somebody else had the floor since. */
  term?: number
  /** The last term for which the tracker was woken. */
  woken?: number
  /** The last entry that Rasa was asked, or told, of. */
  seq: number
  payloads: Payloads
  /** The buttons of Rasa's last answer. */
  offered?: Offered[]
  turn?: Turn
}

export interface Turn {
  event: string
  term: number
  /** It was begun before and not finished: what comes may be there already. */
  again: boolean
  /** The button that was typed. */
  picked?: Offered | undefined
  /** What to tell the person who takes over, for a hand-off that comes later. */
  summary: string
  /** Signs of what the callback channel brought. */
  shown: string[]
  /** What the REST channel brought. */
  answer?: { actions: ActionInput[]; handoff?: Handoff }
}

export interface Talks {
  read(conversation: string): Promise<Talk | undefined>
  /** One change after the other for each conversation; resolves with what is kept then. */
  change(conversation: string, change: (talk: Talk) => Talk): Promise<Talk>
}

const PAYLOADS_MAX = 20_000
const ANSWER_MAX = 24_000
const SHOWN_MAX = 200

export function createTalks(state: BackendHost['state']): Talks {
  const lanes = new Map<string, Promise<unknown>>()
  const read = async (conversation: string) => (await state.get(`talk:${conversation}`)) as Talk | undefined

  return {
    read,
    change(conversation, change) {
      const before = lanes.get(conversation) ?? Promise.resolve()
      const changed = before.then(async () => {
        const talk = fitting(change((await read(conversation)) ?? { seq: 0, payloads: {} }))
        await state.set(`talk:${conversation}`, talk)
        return talk
      })
      const lane = changed.then(
        () => undefined,
        () => undefined,
      )
      lanes.set(conversation, lane)
      void lane.then(() => lanes.get(conversation) === lane && lanes.delete(conversation))
      return changed
    },
  }
}

/** Old buttons are forgotten first; a long answer is not kept, and asked for again after a crash. */
function fitting(talk: Talk): Talk {
  const kept: [string, string][] = []
  let size = 0
  for (const [id, payload] of Object.entries(talk.payloads).reverse()) {
    size += id.length + JSON.stringify(payload).length + 4
    if (size > PAYLOADS_MAX) break
    kept.unshift([id, payload])
  }
  const { turn, ...rest } = talk
  return { ...rest, payloads: Object.fromEntries(kept), ...(turn && { turn: fittingTurn(turn) }) }
}

function fittingTurn({ answer, ...turn }: Turn): Turn {
  const short = answer && JSON.stringify(answer).length <= ANSWER_MAX
  return { ...turn, shown: turn.shown.slice(-SHOWN_MAX), ...(short ? { answer } : {}) }
}
