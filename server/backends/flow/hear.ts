import { understand } from '@hutong/core/degrade'
import { SCORES } from '@hutong/core/parts'
import { checkAnswer, pickedBy } from '../form-answers.ts'
import { mentions } from '../mentions.ts'
import { findPattern } from '../pattern.ts'
import { asksSomething } from './asks-something.ts'
import { isOpen } from './business-hours.ts'
import { holds } from './facts.ts'
import type { Rule, Step, StepOf } from './flow-steps.ts'
import { complain, type FormOutcome, fitsForm, takeForm, takeTyped } from './form-step.ts'
import { go, optionId, setAttributes, showMenu } from './steps.ts'
import { missed, passOn, remember, say, type Turn } from './turn.ts'

/** What an event means to a flow. `floor`: it was given the floor and nobody waits for an answer; `returned`: by people. */
export type Heard =
  | { kind: 'words'; text: string; choice: string | undefined }
  | { kind: 'answer'; text: string; values: Readonly<Record<string, string>> }
  | { kind: 'rating'; score: number }
  | { kind: 'floor' | 'returned' }

/** Fills the turn with what the flow asks for. `fresh`: it has not spoken yet since the conversation was opened. */
export function hear(turn: Turn, heard: Heard, fresh: boolean): void {
  if (fresh) greet(turn)
  const before = turn.actions.length
  switch (heard.kind) {
    case 'floor':
      enter(turn, fresh ? turn.flow.welcome?.next : undefined)
      return
    case 'returned':
      enter(turn, turn.flow.returned)
      return
    case 'rating':
      rated(turn, heard.score)
      return
    case 'words':
    case 'answer':
      understood(turn, heard, fresh)
      if (turn.actions.length === before && !turn.state.waiting) passOn(turn, 'the flow has nothing to say to that')
  }
}

function enter(turn: Turn, step: string | undefined): void {
  if (step !== undefined) go(turn, step)
}

function greet(turn: Turn): void {
  const { welcome, hours } = turn.flow
  const closed = hours !== undefined && !isOpen(hours, turn.facts.at)
  const text = (closed ? welcome?.closed : undefined) ?? welcome?.text
  if (text !== undefined) say(turn, text)
}

/** What is longer names no score. */
const RATING_MAX = 200

type Said = Extract<Heard, { text: string }>

function understood(turn: Turn, said: Said, fresh: boolean): void {
  if (pressed(turn, said)) return
  const { waiting } = turn.state
  const step = waitingStep(turn)
  switch (step?.kind) {
    case 'menu':
      menuAnswered(turn, said, { name: waiting?.step ?? '', step })
      return
    case 'form':
      formAnswered(turn, said, step)
      return
    case 'ask':
      ratingAnswered(turn, said, step)
      return
    case 'wait':
      waitAnswered(turn, said, step)
      return
    default:
      anew(turn, said, { fresh, changed: waiting !== undefined })
      return
  }
}

/** Undefined also where the flow has no such step any more. */
function waitingStep({ flow, state: { waiting } }: Turn): Step | undefined {
  return waiting && Object.hasOwn(flow.steps, waiting.step) ? flow.steps[waiting.step] : undefined
}

/** A button of one of the flow's menus, also of one that was shown long ago. */
function pressed(turn: Turn, said: Said): boolean {
  const id = said.kind === 'words' ? said.choice : undefined
  if (id === undefined) return false
  for (const [name, step] of Object.entries(turn.flow.steps)) {
    const option = step.kind === 'menu' ? step.options.find((one) => optionId(name, one.id) === id) : undefined
    if (option) {
      advance(turn, option.next)
      return true
    }
  }
  return false
}

function advance(turn: Turn, next: string | undefined): void {
  turn.state.misses = 0
  delete turn.state.waiting
  if (next !== undefined) go(turn, next)
}

type Menu = { name: string; step: StepOf<'menu'> }

function menuAnswered(turn: Turn, said: Said, menu: Menu): void {
  const { name, step } = menu
  if (chosen(turn, said, menu) || byRule(turn, said)) return
  if (asksSomething(said.text)) {
    beyond(turn, menu)
    return
  }
  if (missed(turn, `no option of "${name}" was chosen`)) return
  if (step.otherwise !== undefined) {
    go(turn, step.otherwise)
    return
  }
  showMenu(turn, name, turn.says.notUnderstood)
}

function chosen(turn: Turn, { text }: Said, { step: { options } }: Menu): boolean {
  const id = pickedBy(text, options)
  const option = options.find((one) => one.id === id) ?? options.find(({ words }) => words && mentions(text, words))
  if (option) advance(turn, option.next)
  return option !== undefined
}

/** A question that no option of the menu is for: whoever comes next may know. */
function beyond(turn: Turn, { name, step }: Menu): void {
  const otherwise = step.otherwise ?? turn.flow.otherwise
  const reason = `a question that no option of "${name}" is for`
  if (otherwise !== undefined) {
    if (missed(turn, reason)) return
    delete turn.state.waiting
    go(turn, otherwise)
    return
  }
  turn.state.misses = 0
  delete turn.state.waiting
  passOn(turn, reason)
}

function formAnswered(turn: Turn, said: Said, form: StepOf<'form'>): void {
  const { waiting } = turn.state
  const isFilled = said.kind === 'answer' && fitsForm(form, said.values)
  const text = said.kind === 'words' ? (picked(said.choice, waiting?.step) ?? said.text) : said.text
  const outcome = isFilled ? takeForm(turn, form, said.values) : takeTyped(turn, form, text)
  ended(turn, { said, form, outcome })
}

function picked(choice: string | undefined, step: string | undefined): string | undefined {
  return step !== undefined && choice?.startsWith(`${step}:`) ? choice.slice(step.length + 1) : undefined
}

function ended(turn: Turn, { said, form, outcome }: { said: Said; form: StepOf<'form'>; outcome: FormOutcome }): void {
  switch (outcome.state) {
    case 'open':
      turn.state.misses = 0
      return
    case 'cancelled':
      advance(turn, form.cancel)
      return
    case 'complete':
      if (form.keep === 'attributes')
        setAttributes(turn, Object.fromEntries(form.fields.map(({ name }) => [name, turn.state.variables[name] ?? ''])))
      advance(turn, form.next)
      return
    case 'wrong':
      if (said.kind === 'words' && byRule(turn, said)) return
      if (missed(turn, `no good answer to "${outcome.field.name}"`)) return
      complain(turn, outcome)
      return
  }
}

function rated(turn: Turn, score: number): void {
  const step = waitingStep(turn)
  if (step?.kind !== 'ask') return
  if (step.as !== undefined) remember(turn, step.as, String(score))
  advance(turn, step.next)
}

function ratingAnswered(turn: Turn, said: Said, { scale }: StepOf<'ask'>): void {
  const [low, high] = SCORES[scale]
  const scores = Array.from({ length: high - low + 1 }, (_, at) => low + at)
  const options = scores.map((score) => ({ id: String(score), label: String(score), number: score }))
  const score = understand(said.text.slice(0, RATING_MAX), { kind: 'rating', part: 0, options })
  if (score !== undefined) {
    rated(turn, Number(score))
    return
  }
  delete turn.state.waiting
  anew(turn, said, { fresh: false, changed: false })
}

function waitAnswered(turn: Turn, said: Said, step: StepOf<'wait'>): void {
  const { type, pattern, wrong, as, next } = step
  const loose = type === 'text' && pattern === undefined
  const checked = loose
    ? { value: said.text }
    : checkAnswer({ type, pattern, wrong, required: true, options: undefined }, said.text)
  if ('wrong' in checked) {
    if (byRule(turn, said) || missed(turn, 'no good answer to a question')) return
    say(turn, checked.words ?? turn.says[checked.wrong])
    return
  }
  if (as !== undefined) remember(turn, as, checked.value)
  advance(turn, next)
}

/** What is written while no step waits: a rule, the welcome's step, or what is there for everything else. */
function anew(turn: Turn, said: Said, { fresh, changed }: { fresh: boolean; changed: boolean }): void {
  delete turn.state.waiting
  const { welcome, otherwise } = turn.flow
  if (changed) say(turn, turn.says.changed)
  if (byRule(turn, said)) return
  const start = fresh || changed ? welcome?.next : undefined
  if (start !== undefined) {
    begin(turn, said, start)
    return
  }
  if (otherwise === undefined) {
    passOn(turn, 'no rule of the flow fits')
    return
  }
  if (!missed(turn, 'again no rule of the flow fits')) go(turn, otherwise)
}

/** The welcome's step, unless that is a menu and there is a question already. */
function begin(turn: Turn, said: Said, start: string): void {
  const step = turn.flow.steps[start]
  if (step?.kind !== 'menu' || !asksSomething(said.text)) {
    go(turn, start)
    return
  }
  const menu = { name: start, step }
  if (!chosen(turn, said, menu)) beyond(turn, menu)
}

function byRule(turn: Turn, said: Said): boolean {
  const { rules } = turn.flow
  const rule = rules[turn.decide(() => rules.findIndex((one) => fits(turn, one, said)))]
  if (!rule) return false
  const found = rule.pattern === undefined ? undefined : findPattern(said.text, rule.pattern)
  if (rule.as !== undefined && found !== undefined) remember(turn, rule.as, found)
  advance(turn, rule.next)
  return true
}

/** Everything that a rule names must fit. */
function fits({ facts }: Turn, { any, all, pattern, choice, if: condition }: Rule, said: Said): boolean {
  if (choice !== undefined && (said.kind !== 'words' || said.choice !== choice)) return false
  if (any && !mentions(said.text, any)) return false
  if (all && !all.every((word) => mentions(said.text, [word]))) return false
  if (pattern !== undefined && findPattern(said.text, pattern) === undefined) return false
  return condition === undefined || holds(condition, facts)
}
