import { ERRORS, type ErrorCode } from '@hutong/core/errors'
import { createJsonSchemas, type JsonSchema, reference } from './json-schemas.ts'
import type { Operation } from './operation.ts'
import { PUSH_SCHEMAS, pushHeaders } from './wire-schemas.ts'

/** The OpenAPI 3.1 description of these operations, and of what the relay asks of webhooks. */
export function describeOperations(
  operations: readonly Operation[],
  publicUrl: string | undefined,
): Record<string, unknown> {
  const schemas = createJsonSchemas({ named: PUSH_SCHEMAS, target: 'draft-2020-12' })
  const write = (one: Operation, part: 'body' | 'answer') => {
    const schema = one[part]
    return typeof schema === 'object' ? schemas.add(schema, `${one.id}-${part}`) : schema
  }
  const parts = operations.map((one) => ({
    one,
    params: schemas.add(one.params, `${one.id}-params`),
    query: schemas.add(one.query, `${one.id}-query`),
    body: write(one, 'body'),
    answer: write(one, 'answer'),
  }))
  const headers = schemas.add(pushHeaders, 'push-headers')
  const { components, schemaOf } = schemas.finish()
  const inline = (id: string) => (id === 'stream' || id === 'bytes' ? 'bytes' : schemaOf(id))
  const paths: Record<string, Record<string, object>> = {}
  for (const { one, params, query, body, answer } of parts) {
    const path = paths[one.path] ?? {}
    paths[one.path] = path
    path[one.method] = {
      operationId: one.id,
      tags: [one.tag],
      summary: one.summary,
      ...(one.access === 'public' ? {} : { security: [{ token: [] }, { session: [] }] }),
      parameters: [...parameters('path', schemaOf(params)), ...parameters('query', schemaOf(query))],
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
    tags: [...new Set([...operations.map(({ tag }) => tag), 'push'])].map((name) => ({ name })),
    paths,
    webhooks: { event: { post: describePush(schemaOf(headers)) } },
    components: {
      schemas: components,
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'A token of the relay’s configuration' },
        session: { type: 'apiKey', in: 'cookie', name: 'hutong_session', description: 'What POST /v1/session sets' },
      },
    },
  }
}

function parameters(place: 'path' | 'query' | 'header', schema: JsonSchema): object[] {
  return Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const { description, ...rest } = typeof property === 'object' ? property : {}
    const required = place === 'path' || (schema.required?.includes(name) ?? false)
    return { name, in: place, required, ...(description === undefined ? {} : { description }), schema: rest }
  })
}

/** What a backend of kind `webhook` is sent, and what its status says. */
function describePush(headers: JsonSchema): object {
  return {
    operationId: 'hearEvent',
    tags: ['push'],
    summary:
      'Hears an event of a conversation: signed by Standard Webhooks, repeated under the same id until it is heard',
    parameters: parameters('header', headers),
    requestBody: {
      required: true,
      content: { 'application/cloudevents+json': { schema: { $ref: reference('CloudEvent') } } },
    },
    responses: {
      200: { description: 'Heard, and answered', content: content({ $ref: reference('EventAnswer') }) },
      202: { description: 'Heard; the answer comes by POST /v1/conversations/{id}/actions' },
      204: { description: 'Heard, and there is nothing to say' },
      410: { description: 'No more events: the backend is disabled until POST /v1/backends/{name}/enable' },
      default: { description: 'Not heard; the same event comes again, after `Retry-After` at the earliest' },
    },
  }
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
