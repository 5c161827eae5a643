import type { ActionInput, Backend, Event, Tools } from '@hutong/core/backend'
import { type Entry, isOutsider } from '@hutong/core/entry'
import { parse } from '@hutong/core/parse'
import { z } from 'zod'
import { chooseLanguage } from '../choose-language.ts'
import { givenByPeople, leftOpen } from '../left-open.ts'
import { summaryOf } from '../summary.ts'
import { wordsOf } from '../words-of.ts'
import { collected } from './collected.ts'
import { type FlowOptions, flowOptions } from './flow-options.ts'
import { hear } from './hear.ts'
import type { Heard } from './heard.ts'
import { languagesOf } from './languages-of.ts'
import { createTurn, type FlowState, flowState, type Turn } from './turn.ts'

/**
 * What is kept of a conversation. It is written before anything is asked for: a repeated event starts from `before` and decides as
 * `decisions` say, so that it asks for the same actions whatever has changed since.
 */
const memory = z.object({
  version: z.literal(1),
  event: z.string(),
  seq: z.int(),
  term: z.int(),
  fresh: z.boolean(),
  before: flowState,
  decisions: z.array(z.int()),
  after: flowState,
})
type Memory = z.infer<typeof memory>

const HISTORY = 100
/** So often in a row may backends give each other the floor without the contact saying anything. */
const HANDOFFS_MAX = 6

/** Answers by rules and steps, and passes on what they are not for. */
export function createFlowBackend(name: string, input: FlowOptions): Backend {
  const flow = parse(flowOptions, input)
  const languages = languagesOf(flow)

  async function* handle(event: Event, tools: Tools): AsyncIterable<ActionInput> {
    const past = await tools.history({ limit: HISTORY })
    const kept = memory.safeParse(await tools.memory.get()).data
    const start = startOf(event, past, { name, kept })
    if (isRound(event, past)) {
      const reason = `${name} and others gave each other the floor`
      const known = { flow, language: start.before.language ?? languages[0] ?? 'en', variables: start.before.variables }
      return yield await summed({ kind: 'handoff', to: { kind: 'queue' }, reason }, known, { event, tools })
    }
    const heard = heardIn(event, past, name)
    if (!heard) return
    const { contact, conversation } = { contact: await tools.contact(), conversation: await tools.conversation() }
    const clues = { locale: contact.locale, text: 'text' in heard ? heard.text : '', before: start.before.language }
    const language = chooseLanguage(languages, clues)
    const facts = { at: event.entry.at, contact, conversation }
    const turn = createTurn({ flow, facts, state: structuredClone(start.before), language, decide: start.decide })
    hear(turn, heard, start.fresh)
    const kind = { version: 1, event: event.id, seq: event.entry.seq, term: event.floor.term } as const
    const { fresh, before, decisions } = start
    await tools.memory.put({ ...kind, fresh, before, decisions, after: turn.state } satisfies Memory)
    const { variables } = turn.state
    for (const action of turn.actions)
      yield action.kind === 'handoff' ? await summed(action, { flow, language, variables }, { event, tools }) : action
  }

  return { name, ...(flow.title !== undefined && { title: flow.title }), answerWithin: 5_000, handle }
}

/** Adds what the next one must know: what was collected, and what was said last. */
async function summed(
  action: Extract<ActionInput, { kind: 'handoff' }>,
  { variables, ...turn }: Pick<Turn, 'flow' | 'language'> & { variables: FlowState['variables'] },
  { event, tools }: { event: Event; tools: Tools },
): Promise<ActionInput> {
  const summary = await summaryOf(tools, { now: event.entry, more: collected(turn, variables) })
  return summary === '' ? action : { ...action, summary }
}

interface Start {
  before: FlowState
  fresh: boolean
  decisions: number[]
  decide: Turn['decide']
}

/** Where the event finds the flow: as it was at the first try, where it waited, or at its beginning. */
function startOf(
  event: Event,
  past: readonly Entry[],
  { name, kept }: { name: string; kept: Memory | undefined },
): Start {
  const repeated = kept?.event === event.id
  const made = repeated ? [...kept.decisions] : []
  const decisions: number[] = []
  const decide: Turn['decide'] = (make) => {
    const decision = made[decisions.length] ?? make()
    decisions.push(decision)
    return decision
  }
  if (repeated) return { before: kept.before, fresh: kept.fresh, decisions, decide }
  const opened = past.findLast(({ body }) => body.kind === 'status')?.seq ?? 0
  const known = kept !== undefined && kept.seq > opened ? kept : undefined
  const spoke = past.some(
    ({ seq, from, body }) => seq > opened && from.id === name && from.kind === 'bot' && body.kind === 'message',
  )
  const fresh = known === undefined && !spoke
  return { before: stateOf(event, known), fresh, decisions, decide }
}

/** Once somebody else had the floor, nothing waits any more; what was collected is still known. */
function stateOf({ floor }: Event, known: Memory | undefined): FlowState {
  if (!known) return { misses: 0, variables: {} }
  if (known.term >= floor.term) return known.after
  const { language, variables } = known.after
  return { misses: 0, variables, ...(language === undefined ? {} : { language }) }
}

function heardIn({ entry }: Event, past: readonly Entry[], name: string): Heard | undefined {
  const { body, from } = entry
  switch (body.kind) {
    case 'message':
      return { kind: 'words', text: wordsOf(entry), choice: body.choice?.id }
    case 'answer':
      return { kind: 'answer', text: wordsOf(entry), values: body.values }
    case 'rating':
      return { kind: 'rating', score: body.score }
    case 'handoff':
      return from.kind === 'bot' && from.id === name ? undefined : givenBy(entry, past)
    default:
      return undefined
  }
}

/** From people, it is the contact's turn; from another backend, what the contact waits for is still to come. */
function givenBy(entry: Entry, past: readonly Entry[]): Heard {
  if (givenByPeople(past, entry)) return { kind: 'returned' }
  const open = leftOpen(past, entry)
  switch (open.kind) {
    case 'question':
      return { kind: 'words', text: wordsOf(open.entry), choice: undefined }
    case 'nothing':
      return { kind: 'floor', choice: undefined, waits: false }
    case 'pick':
    case 'answer': {
      const { body } = open.entry
      const choice = body.kind === 'message' ? body.choice?.id : undefined
      return { kind: 'floor', choice, waits: open.kind === 'answer' || !open.answered }
    }
  }
}

function isContact({ from }: Entry): boolean {
  return from.kind === 'contact' && !isOutsider(from)
}

function isRound({ entry }: Event, past: readonly Entry[]): boolean {
  if (entry.body.kind !== 'handoff' || entry.from.kind !== 'bot') return false
  const last = past.findLastIndex((one) => isContact(one) || one.from.kind === 'agent')
  return (
    past.slice(last + 1).filter(({ body, from }) => body.kind === 'handoff' && from.kind === 'bot').length >=
    HANDOFFS_MAX
  )
}
