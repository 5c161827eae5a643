import type { z } from 'zod'
import { nearest } from './nearest.ts'

/** One thing that is wrong with a value from outside. */
export interface ValueMistake {
  path: readonly PropertyKey[]
  message: string
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

const FORMATS: Readonly<Record<string, string>> = {
  email: 'an e-mail address such as "help@shop.example"',
  url: 'an address such as "https://shop.example"',
}

/** What is wrong with a setting that no rule of its schema has its own words for, and what would be right. */
export function settingWords(issue: z.core.$ZodRawIssue): string {
  return wordsFor('setting', issue)
}

/** The same of a field of a request. */
export function fieldWords(issue: z.core.$ZodRawIssue): string {
  return wordsFor('field', issue)
}

/** Everything that a schema finds wrong: one mistake for each unknown name, and nothing about the size of what is of the wrong type. */
export function mistakesOf(error: z.ZodError): ValueMistake[] {
  const typed = new Set(error.issues.flatMap(({ code, path }) => (code === 'invalid_type' ? [path.join('.')] : [])))
  return error.issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys')
      return issue.code !== 'invalid_type' && typed.has(issue.path.join('.')) ? [] : [issue]
    const lines = issue.message.split('\n')
    return issue.keys.map((key, at) => ({ path: [...issue.path, key], message: lines[at] ?? issue.message }))
  })
}

function wordsFor(thing: 'setting' | 'field', issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return ofType(issue.expected, issue.input)
    case 'invalid_value':
      return oneOf(issue.values.map(String), issue.input)
    case 'invalid_union':
      return ofUnion(issue)
    case 'too_small':
      return tooSmall(issue.origin, Number(issue.minimum), issue.inclusive !== false)
    case 'too_big':
      return `must be ${issue.inclusive === false ? 'below' : 'at most'} ${measured(issue.origin, Number(issue.maximum))}`
    case 'invalid_format':
      return `must be ${FORMATS[issue.format] ?? `of the form ${issue.format}`}`
    case 'invalid_key':
      return `has a name that cannot be: ${issue.issues[0]?.message ?? 'choose another'}`
    case 'unrecognized_keys':
      return issue.keys.map((key) => `is no ${thing}${didYouMean(nearest(key, namesIn(issue.inst)))}`).join('\n')
    default:
      return 'is not valid'
  }
}

function ofType(expected: string, input: unknown): string {
  const wanted = KINDS[expected] ?? expected
  if (expected === 'nonoptional') return 'is missing'
  if (input === undefined) return `is missing; give ${wanted}`
  return `must be ${wanted}${expected === 'array' && typeof input === 'string' ? ', such as ["…"]' : ''}`
}

/** The names that an object's schema knows. */
function namesIn(schema: unknown): string[] {
  const def: unknown = (schema as { _zod?: { def?: unknown } } | undefined)?._zod?.def
  return Object.keys((def as { shape?: object } | undefined)?.shape ?? {})
}

interface UnionIssue {
  options?: unknown
  discriminator?: unknown
  input?: unknown
  errors?: readonly (readonly z.core.$ZodIssue[])[]
}

/** For a union whose members are told apart by one field: which values that field may have. Otherwise what its members say. */
function ofUnion({ options, discriminator, input, errors = [] }: UnionIssue): string {
  if (Array.isArray(options) && typeof discriminator === 'string')
    return oneOf(
      options.map(String),
      typeof input === 'object' && input ? Reflect.get(input, discriminator) : undefined,
    )
  if (input === undefined) return 'is missing'
  const inside = errors.filter((issues) => issues.some(({ path }) => path.length > 0))
  const [nearly] = inside.toSorted((a, b) => a.length - b.length)
  const said = nearly
    ? nearly.map(({ path, message }) => [path.join('.'), message].filter((one) => one !== '').join(' '))
    : errors.flatMap((issues) => issues.slice(0, 1).map(({ message }) => message))
  return said.length === 0 ? 'is not valid' : [...new Set(said)].join(nearly ? ' and ' : ', or ')
}

function oneOf(values: readonly string[], given: unknown): string {
  const near = typeof given === 'string' ? nearest(given, values) : undefined
  const quoted = values.map((one) => `"${one}"`).join(', ')
  const must = values.length === 1 ? `must be ${quoted}` : `must be one of ${quoted}`
  if (given === undefined) return `is missing; it ${must}`
  return `${must}${didYouMean(near)}`
}

/** The end of a sentence about a name or a word that is not known; empty when nothing is near. */
export function didYouMean(near: string | undefined): string {
  return near === undefined ? '' : `; did you mean "${near}"?`
}

function tooSmall(origin: string, minimum: number, inclusive: boolean): string {
  if (minimum === 1 && origin === 'string') return 'must not be empty'
  if (minimum === 1 && origin === 'array') return 'must have at least one entry'
  return inclusive ? `must be at least ${measured(origin, minimum)}` : `must be above ${minimum}`
}

function measured(origin: string, count: number): string {
  if (origin === 'string') return `${count} characters long`
  return origin === 'array' ? `${count} entries long` : String(count)
}
