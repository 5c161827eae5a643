import { createJsonSchemas, type JsonSchema, type JsonSchemas, reference } from './json-schemas.ts'
import {
  BACKEND_CONNECT,
  BACKEND_PUSHES,
  BACKEND_REQUESTS,
  cloudEvent,
  type Packet,
  pushHeaders,
  VISITOR_CONNECT,
  VISITOR_PUSHES,
  VISITOR_REQUESTS,
  WIRE_SCHEMAS,
} from './wire-schemas.ts'

interface Namespace {
  id: 'visitor' | 'backend'
  address: string
  title: string
  description: string
  connect: Packet
  requests: Readonly<Record<string, Packet>>
  pushes: Readonly<Record<string, Packet>>
  query?: JsonSchema
}

const site: JsonSchema = {
  type: 'object',
  required: ['site'],
  properties: { site: { type: 'string', description: 'Public key of the site, the same as in `auth`' } },
}
const NAMESPACES: readonly Namespace[] = [
  {
    id: 'visitor',
    address: '/',
    title: 'The namespace of visitors',
    description:
      'What a visitor’s page says and hears. Send `connect` first; resume by `after`, the last `seq` you have, and apply only the `seq` that follows it. Files go over HTTP first: `POST /channels/<channel>/files` with `x-hutong-site`, `x-hutong-name` (percent-encoded) and `x-hutong-token` or `x-hutong-jwt`; 201 answers `{ part, url }`, and `part` is sent as it is. A packet may have 64 KiB; a connection that sends a larger one is closed.',
    connect: VISITOR_CONNECT,
    requests: VISITOR_REQUESTS,
    pushes: VISITOR_PUSHES,
    query: site,
  },
  {
    id: 'backend',
    address: '/backend',
    title: 'The namespace of backends and of the desk',
    description:
      'What whatever answers says and hears: the feed by position, the events it has to answer by credit, and actions. Acknowledge `events` and `event`. A packet to the relay may have 256 KiB; a connection that sends a larger one is closed.',
    connect: BACKEND_CONNECT,
    requests: BACKEND_REQUESTS,
    pushes: BACKEND_PUSHES,
  },
]

/** The AsyncAPI 3.0 description of what the relay says and hears over Socket.IO, and of what it pushes to webhooks. */
export function describeWires(publicUrl: string | undefined): Record<string, unknown> {
  const schemas = createJsonSchemas({ named: WIRE_SCHEMAS, target: 'draft-7' })
  const written = NAMESPACES.map((namespace) => describeNamespace(namespace, schemas))
  const push = describePush(schemas)
  const { componentsOf, schemaOf } = schemas.finish()
  const parts = [...written, push].map((part) => part(schemaOf))
  const channels = Object.fromEntries(parts.map(({ id, channel }) => [id, channel]))
  const url = publicUrl === undefined ? undefined : new URL(publicUrl)
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Hutong',
      version: '1',
      license: { name: 'MIT' },
      description:
        'What travels over Socket.IO 4 (a packet is an event’s name and one object, its reply the acknowledgement) and what webhooks are sent. The relay `receive`s what clients emit and `send`s what it emits. In words: docs/wire-protocol.md and docs/writing-a-backend.md.',
    },
    defaultContentType: 'application/json',
    servers: {
      relay: {
        host: url?.host ?? 'relay.example',
        protocol: url?.protocol === 'http:' ? 'ws' : 'wss',
        pathname: '/socket.io/',
        description: 'Socket.IO 4, Engine.IO 4',
      },
      webhook: {
        host: '{host}',
        protocol: 'https',
        description: 'A backend of kind `webhook`, by the `url` of its settings',
        variables: { host: { description: 'The host of that URL' } },
      },
    },
    channels,
    operations: Object.assign({}, ...parts.map(({ operations }) => operations)),
    components: { schemas: componentsOf(channels) },
  }
}

interface Part {
  id: string
  channel: object
  operations: Record<string, object>
}
type SchemaOf = ReturnType<JsonSchemas['finish']>['schemaOf']

function describeNamespace(
  { id, address, title, description, connect, requests, pushes, query }: Namespace,
  schemas: JsonSchemas,
): (schemaOf: SchemaOf) => Part {
  const heard = Object.entries(requests).map(([name, packet]) => ({ name, packet, action: 'receive' }))
  const said = Object.entries(pushes).map(([name, packet]) => ({ name, packet, action: 'send' }))
  const packets = [{ name: 'connect', packet: connect, action: 'receive' }, ...heard, ...said].map((one) => ({
    ...one,
    message: messageId(one.action, one.name),
    payload: schemas.add(one.packet.payload, `${id}-${one.action}-${one.name}`),
    answer: one.packet.answer && schemas.add(one.packet.answer, `${id}-${one.action}-${one.name}-answer`),
  }))
  const channel = { $ref: `#/channels/${id}` }
  const refer = (message: string) => ({ $ref: `#/channels/${id}/messages/${message}` })

  return (schemaOf) => ({
    id,
    channel: {
      address,
      title,
      description,
      servers: [{ $ref: '#/servers/relay' }],
      ...(query && { bindings: { ws: { bindingVersion: '0.1.0', query } } }),
      messages: Object.fromEntries(
        packets.flatMap(({ name, message, packet: { summary }, payload, answer }) => [
          [message, { name, summary, payload: schemaOf(payload) }],
          ...(answer === undefined
            ? []
            : [[`${message}Answer`, { name, summary: `The answer to \`${name}\``, payload: schemaOf(answer) }]]),
        ]),
      ),
    },
    operations: Object.fromEntries(
      packets.map(({ name, message, action, packet: { summary }, answer }) => [
        `${id}_${message}`,
        {
          action,
          summary,
          channel,
          messages: [refer(message)],
          ...(answer !== undefined && {
            reply: {
              channel,
              messages: [refer(`${message}Answer`), ...(name === 'connect' ? [refer(messageId('send', 'ready'))] : [])],
            },
          }),
        },
      ]),
    ),
  })
}

/** Both sides have packets called `typing`: what is emitted to the relay has its plain name. */
function messageId(action: string, name: string): string {
  return action === 'receive' ? name : `on${name.charAt(0).toUpperCase()}${name.slice(1)}`
}

function describePush(schemas: JsonSchemas): (schemaOf: SchemaOf) => Part {
  const headers = schemas.add(pushHeaders, 'push-headers')
  const payload = schemas.add(cloudEvent, 'CloudEvent')
  const channel = { $ref: '#/channels/webhook' }
  const refer = (message: string) => ({ $ref: `#/channels/webhook/messages/${message}` })

  return (schemaOf) => ({
    id: 'webhook',
    channel: {
      address: null,
      title: 'The URL of a webhook',
      description:
        'Where a backend of kind `webhook` listens. What a status says is in `webhooks` of /v1/openapi.json.',
      servers: [{ $ref: '#/servers/webhook' }],
      messages: {
        event: {
          name: 'event',
          title: 'An event as a CloudEvent, signed by Standard Webhooks',
          contentType: 'application/cloudevents+json',
          headers: schemaOf(headers),
          payload: schemaOf(payload),
        },
        answer: {
          name: 'answer',
          title: 'What a reply of 200 holds: actions, or `later`; nothing at all when there is nothing to say',
          contentType: 'application/json',
          payload: { $ref: reference('EventAnswer') },
        },
      },
      bindings: { http: {} },
    },
    operations: {
      webhook_event: {
        action: 'send',
        summary: 'Brings an event; the same again until it is heard. 202: the answer comes later. 410: no more, please',
        channel,
        messages: [refer('event')],
        bindings: { http: { bindingVersion: '0.3.0', method: 'POST' } },
        reply: { channel, messages: [refer('answer')] },
      },
    },
  })
}
