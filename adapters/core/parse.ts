import type { z } from 'zod'
import { HutongError } from './errors.ts'
import { fieldWords, mistakesOf } from './value-words.ts'

const NAMED_MAX = 20

/** The value as the schema reads it, or `invalid` naming every wrong field and why; `field` is the first of them. */
export function parse<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value, { error: fieldWords })
  if (result.success) return result.data
  const wrong = mistakesOf(result.error).map(({ path, message }) => ({ field: path.map(String).join('.'), message }))
  const said = wrong
    .slice(0, NAMED_MAX)
    .map(({ field, message }) => `${field === '' ? 'the value' : field}: ${message}`)
  if (wrong.length > NAMED_MAX) said.push(`and ${wrong.length - NAMED_MAX} more`)
  throw new HutongError('invalid', said.join('; '), { field: wrong[0]?.field ?? '' })
}
