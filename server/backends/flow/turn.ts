import type { ActionInput } from '@hutong/core/backend'
import { TEXT_MAX } from '@hutong/core/parts'
import { z } from 'zod'
import { clean } from '../form-answers.ts'
import { filled, filledMarkdown, type Texts, textIn } from '../texts.ts'
import { type Facts, factOf, holds } from './facts.ts'
import type { Flow } from './flow-options.ts'
import type { Condition } from './flow-steps.ts'
import { type FlowWords, flowWordsIn } from './flow-words.ts'

const strings = z.record(z.string(), z.string())

/** Where a conversation stands in the flow between two events. */
export const flowState = z.object({
  /** The step that waits for the contact, and what a form has got of its answers and asks for now. */
  waiting: z.object({ step: z.string(), answers: strings.default({}), asked: z.string().optional() }).optional(),
  misses: z.int().default(0),
  language: z.string().optional(),
  variables: strings.default({}),
})
export type FlowState = z.infer<typeof flowState>

/** One event under way: what is asked for so far, and the state as it will be. */
export interface Turn {
  readonly flow: Flow
  readonly language: string
  readonly says: FlowWords
  readonly facts: Facts
  readonly state: FlowState
  readonly actions: ActionInput[]
  /** Decides by facts that may change: the same way again when the event is repeated. */
  decide(make: () => number): number
}

export interface TurnOptions {
  flow: Flow
  facts: Omit<Facts, 'variables' | 'language' | 'hours'>
  state: FlowState
  language: string
  decide: Turn['decide']
}

export function createTurn({ flow, facts, state, language, decide }: TurnOptions): Turn {
  const variables = { ...state.variables }
  const conversation = { ...facts.conversation, attributes: { ...facts.conversation.attributes } }
  return {
    flow,
    language,
    says: flowWordsIn(flow.says, language),
    facts: { ...facts, conversation, hours: flow.hours, language, variables },
    state: { ...state, language, variables },
    actions: [],
    decide,
  }
}

/** The most that all variables of a conversation hold together. */
const VARIABLES_MAX = 8_000

export function remember({ state: { variables } }: Turn, name: string, value: string): void {
  const others = Object.entries(variables).reduce((sum, [key, one]) => sum + (key === name ? 0 : one.length), 0)
  variables[name] = clean(value)
    .slice(0, Math.max(0, VARIABLES_MAX - others))
    .toWellFormed()
}

/** A plain text of the flow in the contact's language, filled in. */
export function worded(turn: Turn, texts: Texts, max = TEXT_MAX): string {
  const text = filled(textIn(texts, turn.language), lookIn(turn)).slice(0, max).toWellFormed()
  return text.trim() === '' ? '…' : text
}

export function wordedMarkdown(turn: Turn, texts: Texts): { text: string; format: 'plain' | 'markdown' } {
  const { text, format } = filledMarkdown(textIn(texts, turn.language), lookIn(turn))
  return { text: text.trim() === '' ? '…' : text.slice(0, TEXT_MAX).toWellFormed(), format }
}

export function lookIn({ facts }: Turn): (name: string) => string | undefined {
  return (name) => {
    const value = factOf(name, facts)
    return value === undefined ? undefined : String(value)
  }
}

export function say(turn: Turn, texts: Texts): void {
  turn.actions.push({ kind: 'reply', parts: [{ kind: 'text', text: worded(turn, texts) }] })
}

/** The first condition that holds, by its place; -1 when none does. */
export function firstThatHolds(turn: Turn, conditions: readonly Condition[]): number {
  return turn.decide(() => conditions.findIndex((one) => holds(one, turn.facts)))
}

/** Gives the floor on; the reason is for people. */
export function passOn(turn: Turn, reason: string): void {
  turn.actions.push({ kind: 'handoff', to: { kind: 'next' }, reason })
}

/** Once more something was not understood. True when patience is at its end and the floor goes on. */
export function missed(turn: Turn, reason: string): boolean {
  turn.state.misses += 1
  if (turn.state.misses < turn.flow.patience) return false
  delete turn.state.waiting
  say(turn, turn.says.passingOn)
  passOn(turn, reason)
  return true
}
