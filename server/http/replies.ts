import { ERRORS, type ErrorCode } from '@hutong/core/errors'
import { z } from 'zod'
import { type JsonSchema, reference } from './json-schemas.ts'
import type { Operation, Reply } from './operation.ts'

/** Headers that answers of several operations carry. */
export const HEADERS = z.object({
  'X-Request-Id': z.uuid().describe('Names the request in the relay’s log: give it with a complaint'),
  'Retry-After': z
    .string()
    .regex(/^\d+$/)
    .optional()
    .describe('Seconds to wait before the same request; absent where nobody can say'),
  'WWW-Authenticate': z.string().optional().describe('`Bearer`: send a token; absent where a password was wrong'),
})

/** Header Objects of what a schema says. */
export function headersOf(schema: z.ZodObject): Record<string, object> {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' })
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => {
      const { description, ...rest } = typeof property === 'object' ? property : {}
      return [name, { description, required: required.includes(name), schema: rest }]
    }),
  )
}

function common(...names: (keyof typeof HEADERS.shape)[]): Record<string, object> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))
}

/** Responses that are not refusals. `schema` is of a JSON answer, absent for bytes and for none. */
export function repliesOf({ answer, replies }: Operation, schema: JsonSchema | undefined): Record<string, object> {
  const status = answer === undefined ? 204 : 200
  const description = typeof answer === 'object' ? (answer.description ?? '') : 'Done; there is no body'
  const all = Object.entries<Reply>({ [status]: { description }, ...replies })
  return Object.fromEntries(
    all.map(([status, { description, headers, media }]) => {
      const content = schema === undefined ? bytes(media) : { 'application/json': { schema } }
      return [
        status,
        {
          description,
          headers: { ...common('X-Request-Id'), ...(headers && headersOf(headers)) },
          ...(content && { content }),
        },
      ]
    }),
  )
}

function bytes(media: string | undefined): object | undefined {
  return media === undefined ? undefined : { [media]: { schema: { type: 'string', format: 'binary' } } }
}

/** What any request may be told, whatever it asks for. */
const ALWAYS: readonly ErrorCode[] = ['throttled', 'internal', 'unavailable']

function refusalCodes({ access, method, params, query, body, errors }: Operation): ErrorCode[] {
  const codes = new Set<ErrorCode>([...errors, ...ALWAYS])
  if (body !== undefined || Object.keys({ ...params.shape, ...query.shape }).length > 0) codes.add('invalid')
  if (body !== undefined) codes.add('too_large')
  if (access !== 'public') codes.add('unauthorized')
  if (access === 'admin' || method !== 'get') codes.add('forbidden')
  return Object.keys(ERRORS).flatMap((code) => (codes.has(code as ErrorCode) ? [code as ErrorCode] : []))
}

/** The answers that refuse, by status. */
export function refusalsOf(one: Operation): Record<string, object> {
  const byStatus = Map.groupBy(refusalCodes(one), (code) => ERRORS[code].status)
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [status, { $ref: `#/components/responses/${nameOf(codes)}` }]),
  )
}

/** The Response Objects that `refusalsOf` refers to. */
export function refusalComponents(operations: readonly Operation[]): Record<string, object> {
  const all = operations.flatMap((one) => [...Map.groupBy(refusalCodes(one), (code) => ERRORS[code].status).values()])
  return Object.fromEntries(all.map((codes) => [nameOf(codes), refusal(codes)]))
}

/** `NotFound`; of two codes with one status `ConflictOrStaleFloor`. */
function nameOf(codes: readonly ErrorCode[]): string {
  return codes.map((code) => code.replaceAll(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase())).join('Or')
}

function refusal(codes: readonly ErrorCode[]): object {
  const waits = codes.some((code) => ERRORS[code].retryable)
  return {
    description: codes.map((code) => `\`${code}\`: ${ERRORS[code].means}`).join('; '),
    headers: {
      ...common('X-Request-Id'),
      ...(waits && common('Retry-After')),
      ...(codes.includes('unauthorized') && common('WWW-Authenticate')),
    },
    content: {
      'application/json': {
        schema: { $ref: reference('Error') },
        examples: Object.fromEntries(codes.map((code) => [code, { value: exampleOf(code) }])),
      },
    },
  }
}

function exampleOf(code: ErrorCode): object {
  const { means: message, retryable } = ERRORS[code]
  return { error: { code, message, retryable, ...(code === 'throttled' && { retryAfter: 1_500 }) } }
}
