import { nearest } from '@hutong/core/nearest'
import { didYouMean } from '@hutong/core/value-words'
import type { Mistake } from '../../contradictions.ts'
import { referencesIn } from '../texts.ts'
import { FACTS, SOURCES } from './facts.ts'
import { NO_NAME, type Rule, rule, type Step, step, stepName } from './flow-steps.ts'
import { FLOW_WORDS } from './flow-words.ts'
import { hoursMistakes } from './hours-mistakes.ts'
import { leaves, type Path, spokenIn } from './languages-of.ts'
import { circles, leadsOf, reached } from './leads.ts'
import { ruleMistakes } from './rule-mistakes.ts'
import { stepMistakes } from './step-mistakes.ts'

const STEPS_MAX = 200
/** What all variables of a flow may be called, so that the memory of a conversation stays small. */
const VARIABLES_MAX = 60

/** A flow as far as it can be read: steps and rules that are wrong in themselves are left out. */
interface Readable {
  raw: Readonly<Record<string, unknown>>
  /** All that are named, those that cannot be read included. */
  names: readonly string[]
  steps: ReadonlyMap<string, Step>
  rules: ReadonlyMap<number, Rule>
}

/** What is wrong with a flow as a whole: what leads nowhere, goes round, is never come to, is said in one language only. */
export function flowMistakes(input: unknown, complete: boolean): Mistake[] {
  const flow = read(input)
  const roots = rootsOf(flow)
  return [
    ...(flow.names.length > STEPS_MAX ? [{ path: ['steps'], message: `must have at most ${STEPS_MAX} steps` }] : []),
    ...(flow.names.includes('__proto__') ? [{ path: ['steps', '__proto__'], message: NO_NAME }] : []),
    ...idle(flow, complete),
    ...nowhere(flow, roots),
    ...[...flow.steps].flatMap(([name, one]) =>
      stepMistakes(one).map(({ path, message }) => ({ path: ['steps', name, ...path], message })),
    ),
    ...ruleMistakes(flow.rules, flow.raw.steps),
    ...circles(flow.steps).map((round) => ({
      path: ['steps', round[0] ?? ''],
      message: `goes round without waiting for the contact: ${round.join(' → ')}; put a menu, form, ask or wait between`,
    })),
    ...(complete ? unreached(flow, roots) : []),
    ...unsaid(flow),
    ...unknownReferences(flow),
    ...hoursMistakes(flow.raw),
  ]
}

/** The backends that a flow hands over to by name, as far as it can be read. */
export function handoffsIn(input: unknown): { path: Path; bot: string }[] {
  return [...read(input).steps].flatMap(([name, one]) =>
    one.kind === 'handoff' && typeof one.to === 'object' && 'bot' in one.to
      ? [{ path: ['steps', name, 'to', 'bot'], bot: one.to.bot }]
      : [],
  )
}

function read(input: unknown): Readable {
  const raw = recordOf(input)
  const given = recordOf(raw.steps)
  const rules = Array.isArray(raw.rules) ? raw.rules : []
  return {
    raw,
    names: Object.keys(given),
    steps: new Map(Object.entries(given).flatMap(([name, one]) => pairs(name, step.safeParse(one)))),
    rules: new Map(rules.flatMap((one, at) => pairs(at, rule.safeParse(one)))),
  }
}

function pairs<K, V>(key: K, { data }: { data?: V | undefined }): [K, V][] {
  return data === undefined ? [] : [[key, data]]
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}

function idle({ raw, rules }: Readable, complete: boolean): Mistake[] {
  const does = rules.size > 0 || raw.welcome !== undefined || raw.otherwise !== undefined
  const shut = recordOf(raw.welcome).closed !== undefined && raw.hours === undefined
  return [
    ...(complete && !does ? [{ path: [], message: 'does nothing; give "welcome", "rules" or "otherwise"' }] : []),
    ...(shut ? [{ path: ['welcome', 'closed'], message: 'is never said without business hours; give "hours"' }] : []),
  ]
}

interface Root {
  path: Path
  to: string
}

/** Where a flow is entered. */
function rootsOf({ raw, rules }: Readable): Root[] {
  const plain = [
    { path: ['welcome', 'next'], to: recordOf(raw.welcome).next },
    { path: ['otherwise'], to: raw.otherwise },
    { path: ['returned'], to: raw.returned },
  ]
  return [
    ...plain.flatMap(({ path, to }) => (stepName.safeParse(to).success ? [{ path, to: String(to) }] : [])),
    ...[...rules].map(([at, { next }]) => ({ path: ['rules', at, 'next'], to: next })),
  ]
}

function nowhere({ names, steps }: Readable, roots: readonly Root[]): Mistake[] {
  const all = [
    ...roots,
    ...[...steps].flatMap(([name, one]) =>
      leadsOf(one).map(({ path, to }) => ({ path: ['steps', name, ...path], to })),
    ),
  ]
  return all
    .filter(({ to }) => !names.includes(to))
    .map(({ path, to }) => ({ path, message: `there is no step "${to}"${didYouMean(nearest(to, names))}` }))
}

function unreached({ names, steps }: Readable, roots: readonly Root[]): Mistake[] {
  const seen = reached(
    roots.map(({ to }) => to),
    steps,
  )
  return names
    .filter((name) => !seen.has(name))
    .map((name) => ({
      path: ['steps', name],
      message: 'nothing leads here; name it in a rule, a menu or another step, or remove it',
    }))
}

/** Texts that are there for some languages of the flow and not for others. */
function unsaid({ raw }: Readable): Mistake[] {
  const { steps, welcome } = raw
  const all = spokenIn({ welcome, steps })
  const named = Array.isArray(raw.languages) ? raw.languages.map(String) : undefined
  const languages = named ?? [...new Set(all.flatMap(({ given }) => given))]
  return [
    ...all.flatMap(({ path, given }) => [
      ...languages
        .filter((one) => !given.includes(one))
        .map((one) => ({ path, message: `is missing in "${one}"; add it, or take that language out everywhere` })),
      ...given
        .filter((one) => !languages.includes(one))
        .map((one) => ({ path, message: `is there in "${one}", which "languages" does not list` })),
    ]),
    ...languages.filter((one) => !isSpoken(one, raw)).map(wordless),
  ]
}

function isSpoken(language: string, raw: Readable['raw']): boolean {
  const [main = language] = language.split('-')
  const own = recordOf(raw.says)
  return language in own || main in own || main in FLOW_WORDS
}

function wordless(language: string): Mistake {
  return { path: ['says', language], message: `is missing; give what the flow itself says in "${language}"` }
}

/** What texts, values and conditions refer to, and nothing of the flow ever asks. */
function unknownReferences({ raw, steps, rules }: Readable): Mistake[] {
  const variables = new Set([...steps.values()].flatMap(variablesOf))
  for (const { as } of rules.values()) if (as !== undefined) variables.add(as)
  for (const name of variablesOfUnreadable(raw, steps)) variables.add(name)
  const known = [...variables, ...FACTS]
  const { welcome } = raw
  const used = [...leaves({ welcome, steps: Object.fromEntries(steps), rules: Object.fromEntries(rules) })].flatMap(
    ({ path, value }) => {
      if (typeof value !== 'string') return []
      return (path.at(-1) === 'fact' ? [value] : referencesIn(value)).map((name) => ({ path, name }))
    },
  )
  const wrong = used.filter(({ name }) => !known.includes(name) && !isAttribute(name))
  const many = variables.size > VARIABLES_MAX
  return [
    ...wrong.map(({ path, name }) => ({
      path,
      message: `nothing sets "${name}"; name a form field, an "as", ${FACTS.join(', ')}, or an attribute as "contact.…", "conversation.…" or "page.…"${didYouMean(nearest(name, known))}`,
    })),
    ...(many ? [{ path: ['steps'], message: `must keep at most ${VARIABLES_MAX} variables` }] : []),
  ]
}

function isAttribute(name: string): boolean {
  return SOURCES.some((source) => name.startsWith(`${source}.`) && name.length > source.length + 1)
}

function variablesOf(one: Step): string[] {
  if (one.kind === 'form') return one.fields.map(({ name }) => name)
  if (one.kind === 'set') return Object.keys(one.variables ?? {})
  return (one.kind === 'ask' || one.kind === 'wait') && one.as !== undefined ? [one.as] : []
}

/** What a step that is wrong somewhere else may keep all the same. */
function variablesOfUnreadable(raw: Readable['raw'], steps: Readable['steps']): string[] {
  const wrong = Object.entries(recordOf(raw.steps)).filter(([name]) => !steps.has(name))
  return wrong.flatMap(([, one]) => [
    ...Object.keys(recordOf(recordOf(one).variables)),
    ...[...leaves(one)].flatMap(({ path, value }) =>
      typeof value === 'string' && ['name', 'as'].includes(String(path.at(-1))) ? [value] : [],
    ),
  ])
}
