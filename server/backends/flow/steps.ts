import type { ActionInput } from '@hutong/core/backend'
import type { Part, PartInput } from '@hutong/core/parts'
import { filled, filledAddress, filledMarkdown } from '../texts.ts'
import type { StepOf } from './flow-steps.ts'
import { enterForm } from './form-step.ts'
import { firstThatHolds, lookIn, remember, say, type Turn, worded, wordedMarkdown } from './turn.ts'

/** Follows the steps until one waits for the contact or the branch ends. */
export function go(turn: Turn, from: string): void {
  delete turn.state.waiting
  const bound = Object.keys(turn.flow.steps).length
  let next: string | undefined = from
  for (let done = 0; next !== undefined && done <= bound; done++) next = perform(turn, next)
}

/** Something was understood: nothing waits any more, and the flow goes on. */
export function advance(turn: Turn, next: string | undefined): void {
  turn.state.misses = 0
  delete turn.state.waiting
  if (next !== undefined) go(turn, next)
}

/** Does what the step is for; what follows at once, or undefined. */
function perform(turn: Turn, name: string): string | undefined {
  const step = turn.flow.steps[name]
  switch (step?.kind) {
    case undefined:
      return undefined
    case 'say':
      turn.actions.push(spoken(turn, step))
      return step.next
    case 'menu':
      showMenu(turn, name)
      return undefined
    case 'form':
      enterForm(turn, name, step)
      return undefined
    case 'condition':
      return (
        step.cases[
          firstThatHolds(
            turn,
            step.cases.map((one) => one.if),
          )
        ]?.next ?? step.otherwise
      )
    case 'set':
      write(turn, step)
      return step.next
    case 'goto':
      return step.next
    case 'handoff':
      handOver(turn, name, step)
      return undefined
    case 'ask': {
      const question = step.question === undefined ? {} : { question: worded(turn, step.question, 500) }
      turn.actions.push({ kind: 'ask', part: { kind: 'rating', scale: step.scale, ...question } })
      turn.state.waiting = { step: name, answers: {} }
      return undefined
    }
    case 'wait':
      if (step.text !== undefined) say(turn, step.text)
      turn.state.waiting = { step: name, answers: {} }
      return undefined
    case 'close':
      if (step.text !== undefined) say(turn, step.text)
      turn.actions.push({ kind: 'close', ...(step.reason === undefined ? {} : { reason: step.reason }) })
      return undefined
  }
}

function spoken(turn: Turn, { text, format, parts = {} }: StepOf<'say'>): ActionInput {
  if (text !== undefined) {
    const said = format === 'markdown' ? wordedMarkdown(turn, text) : { text: worded(turn, text) }
    return { kind: 'reply', parts: [{ kind: 'text', ...said }] }
  }
  const all = parts[turn.language] ?? Object.values(parts)[0] ?? []
  return { kind: 'reply', parts: all.map((part) => filledPart(turn, part)) }
}

function filledPart(turn: Turn, part: Part): PartInput {
  const look = lookIn(turn)
  const cut = (text: string, max: number) => filled(text, look).slice(0, max).toWellFormed() || '…'
  switch (part.kind) {
    case 'text':
      if (part.format === 'plain') return { ...part, text: cut(part.text, 8_000) }
      return { kind: 'text', ...filledMarkdown(part.text, look) }
    case 'card':
      return {
        ...part,
        title: cut(part.title, 255),
        ...(part.text === undefined ? {} : { text: cut(part.text, 2_000) }),
        ...(part.url === undefined ? {} : { url: filledAddress(part.url, look).slice(0, 2_048) }),
        buttons: part.buttons.map((one) =>
          one.kind === 'link' ? { ...one, url: filledAddress(one.url, look).slice(0, 2_048) } : one,
        ),
      }
    case 'choices':
      return part.text === undefined ? part : { ...part, text: cut(part.text, 2_000) }
    default:
      return part
  }
}

/** The id of a menu's option names its step, so that a button of long ago still leads where it should. */
export function optionId(step: string, option: string): string {
  return `${step}:${option}`
}

/** Shows a menu and waits; `lead` stands in for its text. */
export function showMenu(turn: Turn, name: string, lead?: string): void {
  const step = turn.flow.steps[name]
  if (step?.kind !== 'menu') return
  const options = step.options.map(({ id, label, description }) => ({
    id: optionId(name, id),
    label: worded(turn, label, 80),
    ...(description === undefined ? {} : { description: worded(turn, description, 255) }),
  }))
  const text = lead ?? worded(turn, step.text, 2_000)
  turn.actions.push({ kind: 'reply', parts: [{ kind: 'choices', text, options }] })
  turn.state.waiting = { step: name, answers: {} }
}

const TAGS_MAX = 1_000

function write(turn: Turn, { attributes = {}, tags, priority, variables = {} }: StepOf<'set'>): void {
  const there = turn.facts.conversation.attributes
  for (const [key, value] of Object.entries(variables)) remember(turn, key, filled(value, lookIn(turn)))
  const changes = Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [
      key,
      typeof value === 'string' ? filled(value, lookIn(turn)).slice(0, 1_000).toWellFormed() : value,
    ]),
  )
  if (tags) {
    const old = typeof there.tags === 'string' ? there.tags.split(',').map((tag) => tag.trim()) : []
    const all = [...new Set([...old.filter((tag) => tag !== ''), ...tags])]
    changes.tags = all.join(',').slice(0, TAGS_MAX)
  }
  if (priority !== undefined) changes.priority = priority
  setAttributes(turn, changes)
}

export function setAttributes(turn: Turn, changes: Record<string, string | number | boolean | null>): void {
  if (Object.keys(changes).length === 0) return
  Object.assign(turn.facts.conversation.attributes, changes)
  turn.actions.push({ kind: 'set', attributes: changes })
}

/** Whoever takes over is told where in the flow it was, unless the step says why. */
function handOver(turn: Turn, name: string, { to, text, reason }: StepOf<'handoff'>): void {
  if (text !== undefined) say(turn, text)
  const target =
    typeof to === 'string'
      ? { kind: to }
      : 'bot' in to
        ? { kind: 'bot' as const, id: to.bot }
        : { kind: 'agent' as const, id: to.agent }
  turn.actions.push({ kind: 'handoff', to: target, reason: reason ?? `step "${name}" of the flow` })
}
