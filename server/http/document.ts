import { createJsonSchemas, type JsonSchema, type JsonSchemas, reference } from './json-schemas.ts'
import type { Operation } from './operation.ts'
import { HEADERS, headersOf, refusalComponents, refusalsOf, repliesOf } from './replies.ts'
import { PUSH_SCHEMAS, pushHeaders } from './wire-schemas.ts'

type SchemaOf = ReturnType<JsonSchemas['finish']>['schemaOf']

/** The OpenAPI 3.1 description of these operations, and of what the relay asks of webhooks. */
export function describeOperations(
  operations: readonly Operation[],
  publicUrl: string | undefined,
): Record<string, unknown> {
  const schemas = createJsonSchemas({ named: PUSH_SCHEMAS, target: 'draft-2020-12' })
  const parts = operations.map((one) => describe(one, schemas))
  const headers = schemas.add(pushHeaders, 'push-headers')
  const { componentsOf, schemaOf } = schemas.finish()
  const paths: Record<string, Record<string, object>> = {}
  for (const [index, { path, method }] of operations.entries())
    paths[path] = { ...paths[path], [method]: parts[index]?.(schemaOf) ?? {} }
  const webhooks = { event: { post: describePush(schemaOf(headers)) } }
  const refusals = refusalComponents(operations)
  return {
    openapi: '3.1.0',
    info: {
      title: 'Hutong',
      version: '1',
      license: { name: 'MIT', identifier: 'MIT' },
      description: INTRODUCTION,
    },
    servers: [{ url: publicUrl ?? '/', description: 'The relay' }],
    tags: [...new Set([...operations.map(({ tag }) => tag), 'push'])].map((name) => ({
      name,
      description: TAGS[name] ?? '',
    })),
    paths,
    webhooks,
    components: {
      schemas: componentsOf({ paths, webhooks, refusals }),
      responses: refusals,
      headers: headersOf(HEADERS),
      securitySchemes: SECURITY,
    },
  }
}

const INTRODUCTION = [
  'Conversations, contacts and files of a relay, for backends, agents and administrators.',
  'Lists answer `items` and, when there is more, `next`: send it back as `cursor`.',
  'Whatever belongs to a site outside the credentials does not exist for them.',
  'Times are whole milliseconds since 1970, UTC; `seq` numbers the entries of one conversation from 1 without holes.',
  'A refusal is `{ error }` with the status of its code; wait for `Retry-After` where there is one, and send the same again, under the same `key`, when it is `retryable`.',
  'More kinds, fields and codes may appear: clients ignore what they do not know.',
].join('\n\n')

const TAGS: Readonly<Record<string, string>> = {
  session: 'Who you are, and the session of the desk',
  sites: 'The tenants of the relay, and the channels they are reached by',
  conversations: 'Logs: reading them, and everything that is said and done in them',
  channels: 'Messages that a channel could not take into a conversation',
  contacts: 'The people who write',
  files: 'What is sent beside text',
  deliveries: 'What is on its way out, and what was given up',
  knowledge: 'Articles of a knowledge backend: writing, review, import, and what a question finds',
  feed: 'What happened, in order, for backends that fetch instead of being called',
  backends: 'What answers, and how far behind it is',
  description: 'These documents',
  push: 'What the relay asks of a backend of kind `webhook`',
}

const SECURITY = {
  token: {
    type: 'http',
    scheme: 'bearer',
    description: 'A token of the relay’s configuration: of a backend, or of an administrator',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'hutong_session',
    description:
      'What `POST /v1/session` sets. What changes something must come from a page of the relay itself, told by `Origin`; a request with `X-Hutong-Unattended` does not count as use of the session',
  },
}

const ACCESS: Readonly<Record<Operation['access'], string>> = {
  public: 'Needs no credentials.',
  actor: 'For whoever has credentials, within the sites that exist for them.',
  admin: 'For administrators: needs a token of role `admin` that may enter all sites.',
}

function describe(one: Operation, schemas: JsonSchemas): (schemaOf: SchemaOf) => object {
  const { id, tag, summary, access } = one
  const add = (schema: Operation['body'] | Operation['answer'], part: string) =>
    typeof schema === 'object' ? schemas.add(schema, `${id}-${part}`) : undefined
  const places = (['path', 'query', 'header'] as const).map((place) => {
    const schema = { path: one.params, query: one.query, header: one.headers }[place]
    return [place, schemas.add(schema, `${id}-${place}`)] as const
  })
  const body = add(one.body, 'body')
  const answer = add(one.answer, 'answer')
  return (schemaOf) => ({
    operationId: id,
    tags: [tag],
    summary,
    description: ACCESS[access],
    security: access === 'public' ? [] : [{ token: [] }, { session: [] }],
    parameters: places.flatMap(([place, schema]) => parameters(place, schemaOf(schema))),
    ...(one.body !== undefined && { requestBody: requestBody(body === undefined ? undefined : schemaOf(body)) }),
    responses: {
      ...repliesOf(one, answer === undefined ? undefined : schemaOf(answer)),
      ...refusalsOf(one),
    },
  })
}

/** Without a schema: bytes. */
function requestBody(schema: JsonSchema | undefined): object {
  return schema === undefined
    ? {
        required: true,
        description: 'The content itself, whatever its media type',
        content: { '*/*': { schema: { type: 'string', format: 'binary' } } },
      }
    : { required: true, content: { 'application/json': { schema } } }
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
    description: 'Verify `webhook-signature` with the secret of the settings before anything else is read.',
    security: [],
    parameters: parameters('header', headers),
    requestBody: {
      required: true,
      content: { 'application/cloudevents+json': { schema: { $ref: reference('CloudEvent') } } },
    },
    responses: {
      200: {
        description: 'Heard, and answered',
        content: { 'application/json': { schema: { $ref: reference('EventAnswer') } } },
      },
      202: { description: 'Heard; the answer comes by POST /v1/conversations/{id}/actions' },
      204: { description: 'Heard, and there is nothing to say' },
      410: {
        description:
          'No more events: the backend is disabled until POST /v1/backends/{name}/enable, which brings what it missed first',
      },
      default: {
        description:
          'Not heard; the same event comes again. Until `Retry-After` is over nothing is posted, of no conversation',
        headers: {
          'Retry-After': {
            description: 'Seconds to wait, or a date; absent: the schedule of the settings',
            schema: { type: 'string' },
          },
        },
      },
    },
  }
}
