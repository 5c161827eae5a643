import { ERRORS, type ErrorCode } from '@hutong/core/errors'
import { z } from 'zod'
import type { Operation } from './operation.ts'
import { SCHEMAS } from './schemas.ts'

type JsonSchema = z.core.JSONSchema.BaseSchema

/** The OpenAPI 3.1 description of these operations. */
export function describeOperations(operations: readonly Operation[], publicUrl: string | undefined) {
  const schemas = createSchemas()
  const parts = operations.map((one) => ({ one, ...schemas.add(one) }))
  const { components, inline } = schemas.finish()
  const paths: Record<string, Record<string, object>> = {}
  for (const { one, params, query, body, answer } of parts) {
    const path = paths[one.path] ?? {}
    paths[one.path] = path
    path[one.method] = {
      operationId: one.id,
      tags: [one.tag],
      summary: one.summary,
      ...(one.access === 'public' ? {} : { security: [{ token: [] }, { session: [] }] }),
      parameters: [...parameters('path', inline(params)), ...parameters('query', inline(query))],
      ...(body === undefined ? {} : { requestBody: { required: true, content: content(inline(body)) } }),
      responses: {
        ...(answer === undefined
          ? { 204: { description: 'Done' } }
          : { 200: { description: 'The answer', content: content(inline(answer)) } }),
        ...refusals(one),
      },
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Hutong',
      version: '1',
      license: { name: 'MIT', identifier: 'MIT' },
      description:
        'Conversations, contacts and files of a relay. Lists answer `items` and, when there is more, `next`: send it back as `cursor`. Whatever belongs to a site outside the credentials does not exist for them.',
    },
    servers: [{ url: publicUrl ?? '/' }],
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: components,
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'A token of the relay’s configuration' },
        session: { type: 'apiKey', in: 'cookie', name: 'hutong_session', description: 'What POST /v1/session sets' },
      },
    },
  }
}

/** Turns every schema into JSON Schema at once, so that named ones are written once and referred to elsewhere. */
function createSchemas() {
  const registry = z.registry<{ id: string }>()
  for (const [id, schema] of Object.entries(SCHEMAS)) registry.add(schema, { id })

  function idOf(schema: z.ZodType, id: string): string {
    const known = registry.get(schema)?.id
    if (known === undefined) registry.add(schema, { id })
    return known ?? id
  }

  return {
    add: (one: Operation) => ({
      params: idOf(one.params, `${one.id}-params`),
      query: idOf(one.query, `${one.id}-query`),
      body: typeof one.body === 'object' ? idOf(one.body, `${one.id}-body`) : one.body,
      answer: typeof one.answer === 'object' ? idOf(one.answer, `${one.id}-answer`) : one.answer,
    }),
    finish() {
      const written = z.toJSONSchema(registry, { uri: reference, io: 'input', unrepresentable: 'any' }).schemas
      const schemas = new Map(Object.entries(written).map(([id, { $schema, $id, ...schema }]) => [id, schema]))
      const components = Object.fromEntries([...schemas].filter(([id]) => Object.hasOwn(SCHEMAS, id)))
      const inline = (id: string): JsonSchema | 'bytes' => {
        if (id === 'stream' || id === 'bytes') return 'bytes'
        return Object.hasOwn(SCHEMAS, id) ? { $ref: reference(id) } : (schemas.get(id) ?? {})
      }
      return { components, inline }
    },
  }
}

function reference(id: string): string {
  return `#/components/schemas/${id}`
}

function parameters(place: 'path' | 'query', schema: JsonSchema | 'bytes'): object[] {
  if (schema === 'bytes') return []
  return Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const { description, ...rest } = typeof property === 'object' ? property : {}
    const required = place === 'path' || (schema.required?.includes(name) ?? false)
    return { name, in: place, required, ...(description === undefined ? {} : { description }), schema: rest }
  })
}

function content(schema: JsonSchema | 'bytes'): object {
  return schema === 'bytes'
    ? { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } }
    : { 'application/json': { schema } }
}

function refusals({ access, method, errors }: Operation): Record<string, object> {
  const codes = new Set<ErrorCode>(['invalid', 'throttled', ...errors])
  if (access !== 'public') codes.add('unauthorized')
  if (access === 'admin' || method !== 'get') codes.add('forbidden')
  const schema = { $ref: reference('Error') }
  const byStatus = Map.groupBy(codes, (code) => ERRORS[code].status)
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => `\`${code}\`: ${ERRORS[code].means}`).join('; '),
        content: { 'application/json': { schema } },
      },
    ]),
  )
}
