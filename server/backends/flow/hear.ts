import { readRating } from '../../rating-words.ts'
import { checkAnswer } from '../form-answers.ts'
import { mentions, readSaid } from '../mentions.ts'
import { optionMeant } from '../option-meant.ts'
import type { Texts } from '../texts.ts'
import { asksSomething } from './asks-something.ts'
import { isOpen } from './business-hours.ts'
import { byRule, LOOKS, type Look } from './by-rule.ts'
import type { Step, StepOf } from './flow-steps.ts'
import { complain, type FormOutcome, fitsForm, takeForm, takesAnything, takeTyped } from './form-step.ts'
import type { Heard, Words } from './heard.ts'
import { advance, go, optionId, setAttributes, showMenu } from './steps.ts'
import { missed, passOn, remember, say, type Turn } from './turn.ts'

/** Fills the turn with what the flow asks for. `fresh`: it has not spoken yet since the conversation was opened. */
export function hear(turn: Turn, heard: Heard, fresh: boolean): void {
  if (fresh) greet(turn)
  const before = turn.actions.length
  switch (heard.kind) {
    case 'floor':
      if (!pressed(turn, heard.choice)) enter(turn, turn.flow.welcome?.next)
      if (turn.actions.length === 0 && heard.waits) passOn(turn, 'the flow has nothing to say to that')
      return
    case 'returned':
      enter(turn, turn.flow.returned)
      return
    case 'rating':
      rated(turn, heard.score)
      return
    case 'words':
    case 'answer':
      understood(turn, { ...heard, said: readSaid(heard.text) }, fresh)
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

function understood(turn: Turn, said: Words, fresh: boolean): void {
  if (pressed(turn, said.kind === 'words' ? said.choice : undefined)) return
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
function pressed(turn: Turn, id: string | undefined): boolean {
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

type Menu = { name: string; step: StepOf<'menu'> }

function menuAnswered(turn: Turn, said: Words, menu: Menu): void {
  const { name, step } = menu
  for (const look of LOOKS) if (chosen(turn, said, { step, look }) || byRule(turn, said, { looks: [look] })) return
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

function chosen(turn: Turn, { text, said }: Words, { step: { options }, look }: { step: StepOf<'menu'>; look: Look }) {
  const id = optionMeant(text, options)
  const option =
    options.find((one) => one.id === id) ??
    options.find(({ words }) => words && mentions(said, words, { slips: look === 'slips' }))
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

function formAnswered(turn: Turn, said: Words, form: StepOf<'form'>): void {
  const { waiting } = turn.state
  const isFilled = said.kind === 'answer' && fitsForm(form, said.values)
  const choice = said.kind === 'words' ? picked(said.choice, waiting?.step) : undefined
  if (said.kind === 'words' && choice === undefined && isLeft(turn, said, form)) return
  const outcome = isFilled ? takeForm(turn, form, said.values) : takeTyped(turn, form, choice ?? said.text)
  ended(turn, { said, form, outcome })
}

/** A word that would do as an answer leads out of the form only where it can mean nothing else: to a menu, or where "cancel" leads. */
function isLeft(turn: Turn, said: Words, form: StepOf<'form'>): boolean {
  const to = (step: string) => step === form.cancel || turn.flow.steps[step]?.kind === 'menu'
  return takesAnything(turn, form) && byRule(turn, said, { looks: ['alone'], to })
}

function picked(choice: string | undefined, step: string | undefined): string | undefined {
  return step !== undefined && choice?.startsWith(`${step}:`) ? choice.slice(step.length + 1) : undefined
}

function ended(turn: Turn, { said, form, outcome }: { said: Words; form: StepOf<'form'>; outcome: FormOutcome }): void {
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

function ratingAnswered(turn: Turn, said: Words, { scale }: StepOf<'ask'>): void {
  const read = readRating(said.text, scale)
  if (read) {
    rated(turn, read.score)
    return
  }
  delete turn.state.waiting
  anew(turn, said, { fresh: false, changed: false })
}

function waitAnswered(turn: Turn, said: Words, step: StepOf<'wait'>): void {
  const { as, next } = step
  const loose = step.type === 'text' && step.pattern === undefined
  const to = (name: string) => turn.flow.steps[name] !== step
  if (loose && byRule(turn, said, { looks: ['alone'], to })) return
  const checked = answerTo(turn, said.text, step)
  if ('complaint' in checked) {
    if (byRule(turn, said) || missed(turn, 'no good answer to a question')) return
    say(turn, checked.complaint)
    return
  }
  if (as !== undefined) remember(turn, as, checked.value)
  advance(turn, next)
}

/** What a step that waits is told, or what is to be said of an answer that does not fit: a picture has no words. */
function answerTo(
  { says }: Turn,
  text: string,
  { type, pattern, wrong }: StepOf<'wait'>,
): { value: string } | { complaint: Texts } {
  if (text.trim() === '') return { complaint: wrong ?? says.inWords ?? says.required }
  if (type === 'text' && pattern === undefined) return { value: text }
  const checked = checkAnswer({ type, pattern, wrong, required: true, options: undefined }, text)
  return 'wrong' in checked ? { complaint: checked.words ?? says[checked.wrong] } : checked
}

/** What is written while no step waits: a rule, the welcome's step, or what is there for everything else. */
function anew(turn: Turn, said: Words, { fresh, changed }: { fresh: boolean; changed: boolean }): void {
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
function begin(turn: Turn, said: Words, start: string): void {
  const step = turn.flow.steps[start]
  if (step?.kind !== 'menu' || !asksSomething(said.text)) {
    go(turn, start)
    return
  }
  if (!LOOKS.some((look) => chosen(turn, said, { step, look }))) beyond(turn, { name: start, step })
}
