import { beforeAll, describe, expect, it } from 'vitest'
import { openStand } from '../test-stand.ts'
import { follow, hasExample, type Named, namedIn, partsOf, wrongExamples } from './test-descriptions.ts'
import type { Document } from './test-document.ts'

let http: Document
let wires: Document
beforeAll(async () => {
  const stand = await openStand()
  http = (await stand.ask('/v1/openapi.json')).body as unknown as Document
  wires = (await stand.ask('/v1/asyncapi.json')).body as unknown as Document
  await stand.close()
})

/** Words that say nothing of what a thing is for. */
const EMPTY = new Set(['the', 'a', 'an', 'of', 'its', 'this', 'is'])

/** Nothing but its name over again, or nothing at all. */
function saysNothing({ name, description = '' }: Named): boolean {
  const words = (text: string) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  const known = new Set([...words(name.replaceAll(/([a-z])([A-Z])/g, '$1 $2')), ...EMPTY])
  return words(description).every((word) => known.has(word))
}

interface Operation {
  operationId: string
  summary: string
  description: string
  requestBody?: { content: Record<string, { schema: unknown }> }
  responses: Record<string, { $ref?: string }>
}

interface Channel {
  messages: Record<string, { summary?: string; title?: string; payload: unknown }>
}

const channels = () => Object.values(wires.channels as Record<string, Channel>)
const operations = () =>
  Object.values(http.paths as Record<string, Record<string, Operation>>).flatMap((one) => Object.values(one))

describe('whoever writes a client from the served documents alone', () => {
  it('is told of every field what it is for', () => {
    const all = [...namedIn(http), ...namedIn(wires)]
    expect(all.filter(saysNothing).map(({ place }) => place)).toEqual([])
    expect(all.length).toBeGreaterThan(800)
  })

  it('is told of every parameter, header, answer and tag what it is for', () => {
    const all = partsOf(http)
    expect(all.filter(saysNothing).map(({ place }) => place)).toEqual([])
    expect(all.length).toBeGreaterThan(400)
  })

  it('would not be, of a field that only repeats its name, has an empty text or none', () => {
    const schema = (description?: string) => ({
      ...{ type: 'object', description: 'Somebody who has written' },
      properties: { lastName: { type: 'string', ...(description !== undefined && { description }) } },
    })
    const silent = (description?: string) =>
      namedIn({ components: { schemas: { Person: schema(description) } } }).filter(saysNothing)
    expect([silent('The last name'), silent(''), silent()].map((one) => one.length)).toEqual([1, 1, 1])
    expect(silent('As in the passport')).toEqual([])
  })

  it('is told of every operation in a line what it does, to whom it is open, and how it refuses', () => {
    for (const { operationId, summary, description, responses } of operations()) {
      expect([operationId, summary.length > 10 && description.length > 10]).toEqual([operationId, true])
      const refused = Object.keys(responses).filter((status) => status >= '400' && status !== '416')
      expect([operationId, refused]).toEqual([operationId, expect.arrayContaining(['429', '500', '503'])])
      for (const status of refused) {
        const { headers, content } = follow(http, responses[status]?.$ref ?? '')
        expect(headers).toHaveProperty('X-Request-Id')
        expect(content).toMatchObject({ 'application/json': { schema: { $ref: '#/components/schemas/Error' } } })
      }
    }
  })

  it('is told of every packet on the wire what it says', () => {
    const said = channels().flatMap(({ messages }) =>
      Object.entries(messages).map(([name, { summary, title }]) => ({
        place: name,
        name,
        description: summary ?? title,
      })),
    )
    expect(said.filter(saysNothing)).toEqual([])
    expect(said.length).toBeGreaterThan(30)
  })

  it('sees an example of every body and packet that it sends', () => {
    const bodies = operations().flatMap(({ operationId, requestBody }) => {
      const schema = requestBody?.content['application/json']?.schema
      return schema === undefined ? [] : [{ operationId, seen: hasExample(http, schema) }]
    })
    const packets = channels().flatMap(({ messages }) =>
      Object.entries(messages).flatMap(([name, { payload }]) =>
        name.startsWith('on') || name.endsWith('Answer') ? [] : [{ name, seen: hasExample(wires, payload) }],
      ),
    )
    expect([...bodies, ...packets].filter(({ seen }) => !seen)).toEqual([])
    expect(bodies.length).toBeGreaterThan(10)
    expect(packets.length).toBeGreaterThan(12)
  })

  it('sees no example that the document itself would refuse', () => {
    for (const document of [http, wires]) {
      const { count, wrong } = wrongExamples(document)
      expect(wrong).toEqual([])
      expect(count).toBeGreaterThan(40)
    }
    const schema = { type: 'object', properties: { age: { type: 'integer', examples: [7, 'seven'] } } }
    expect(wrongExamples({ components: { schemas: { Person: schema } } })).toMatchObject({
      count: 2,
      wrong: [expect.stringMatching('age')],
    })
  })

  it('finds each case of a part, body, action and signal under a name of its own, told apart by its kind', () => {
    const cases = (document: Document, name: string) =>
      (document.components.schemas[name] as { oneOf: { $ref: string }[] }).oneOf.map(({ $ref }) => $ref)
    for (const name of ['Part', 'Body', 'Action', 'Holder', 'Button']) {
      const { discriminator } = http.components.schemas[name] as { discriminator: { mapping: Record<string, string> } }
      expect(Object.values(discriminator.mapping)).toEqual(cases(http, name))
      for (const [kind, reference] of Object.entries(discriminator.mapping))
        expect(follow(http, reference)).toMatchObject({ properties: { kind: { const: kind } } })
    }
    expect(cases(wires, 'Signal')).toContain('#/components/schemas/TypingSignal')
  })
})
