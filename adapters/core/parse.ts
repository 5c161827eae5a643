import type { z } from 'zod'
import { HutongError } from './errors.ts'

/** The value as the schema reads it, or `invalid` naming the first wrong field and why. */
export function parse<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const field = issue?.path.join('.') ?? ''
  throw new HutongError('invalid', `${field === '' ? 'the value' : field}: ${issue?.message ?? 'is not valid'}`, {
    field,
  })
}
