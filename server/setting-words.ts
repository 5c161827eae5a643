import type { z } from 'zod'
import { nearest } from './nearest.ts'

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

/** What is wrong with a value that no rule of the schema has its own words for, and what would be right. */
export function settingWords(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type': {
      const wanted = KINDS[issue.expected] ?? issue.expected
      return issue.input === undefined ? `is missing; give ${wanted}` : `must be ${wanted}`
    }
    case 'invalid_value':
      return oneOf(issue.values.map(String), issue.input)
    case 'invalid_union':
      return ofUnion(issue)
    case 'too_small':
      return tooSmall(issue.origin, Number(issue.minimum), issue.inclusive !== false)
    case 'too_big':
      return `must be at most ${measured(issue.origin, Number(issue.maximum))}`
    case 'invalid_format':
      return `must be ${FORMATS[issue.format] ?? `of the form ${issue.format}`}`
    case 'invalid_key':
      return `has a name that cannot be: ${issue.issues[0]?.message ?? 'choose another'}`
    default:
      return undefined
  }
}

/** For a union whose members are told apart by one field: which values that field may have. */
function ofUnion(issue: { options?: unknown; discriminator?: unknown; input?: unknown }): string | undefined {
  const { options, discriminator, input } = issue
  if (!Array.isArray(options) || typeof discriminator !== 'string') return undefined
  return oneOf(options.map(String), typeof input === 'object' && input ? Reflect.get(input, discriminator) : undefined)
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
