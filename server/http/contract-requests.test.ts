import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRandom } from '../fault/random.ts'
import { type Client, type ContractRelay, messageOf, openContractRelay } from './test-contract-relay.ts'
import { type Checker, createChecker, type Document } from './test-document.ts'
import { createFuzz, type Fuzz } from './test-json-fuzz.ts'

/** Requests made from the served documents alone: what they allow is not called malformed, what they do not allow is never done. */
const SEED = Number(process.env.HUTONG_FAULT_SEED ?? 20_261_121)
const EACH = 60

let relay: ContractRelay
let visits = 0
beforeAll(async () => {
  relay = await openContractRelay()
  await relay.ask('PUT', '/v1/knowledge/faq/articles/pay', { json: { question: 'Pay?', answer: 'Yes.' }, as: 'boss' })
}, 30_000)
afterAll(() => relay.close())

/** What the schemas do not say: these refusals are about what is there already, or about one field beside another. */
const BEYOND_SCHEMAS = [
  /there is no /,
  /entry \d+ (is not a message|asked no form|offers no )/,
  /the form has no (such field|field of that name)/,
  /another field has this name|a select needs options/,
  /is no event of this conversation/,
  /give the floor\.term of the event/,
  /(nobody asks|does not ask) for a score of /,
  /names an action before it|must not be blank once it is done/,
  /needs a piece that varies|patterns are for /,
]

interface Made {
  value: unknown
  /** What a reader of the document would say against it. */
  wrong: string[]
}

interface Refusal {
  code: string
  message: string
}

function making(document: Document): { fuzz: Fuzz; checker: Checker } {
  const { between } = createRandom(SEED)
  const fuzz = createFuzz(() => between(0, 2 ** 31 - 1) / 2 ** 31, document.components.schemas)
  return { fuzz, checker: createChecker(document) }
}

/** As many that the schema allows as were made so, and as many with something changed. */
function* requests({ fuzz, checker }: ReturnType<typeof making>, schema: unknown, count = EACH): Iterable<Made> {
  for (let at = 0; at < count; at++) {
    const value = fuzz.valid(schema)
    yield { value, wrong: checker.complaints(schema, value) }
    const bent = fuzz.bent(value)
    yield { value: bent, wrong: checker.complaints(schema, bent) }
  }
}

/** The disagreement between the document and the relay, if there is one. */
function disagreement({ value, wrong }: Made, refusal: Refusal | undefined): object | undefined {
  const malformed = refusal?.code === 'invalid' && !BEYOND_SCHEMAS.some((one) => one.test(refusal.message))
  const failed = refusal?.code === 'internal'
  if (!failed && (wrong.length === 0 ? !malformed : refusal !== undefined)) return undefined
  return {
    value: JSON.stringify(value).slice(0, 400),
    document: wrong[0]?.slice(0, 300) ?? 'fine',
    relay: refusal ?? 'done',
  }
}

async function newConversation(): Promise<string> {
  const page = await relay.visitor()
  await page.ask('send', {
    key: `first${visits++}`,
    body: { kind: 'message', parts: [{ kind: 'text', text: 'hello' }] },
  })
  const { items } = (await relay.ask('GET', '/v1/conversations?limit=1')).body as {
    items: { conversation: { id: string } }[]
  }
  page.socket.disconnect()
  return items[0]?.conversation.id ?? ''
}

/** A well-formed request for this floor, and as the answer to an event only when it has nothing else. */
function placed(value: unknown): object {
  const { term, event, ...rest } = value as { term?: number; event?: string; actions: unknown[] }
  return { ...rest, term: 1, ...(rest.actions.length === 0 && { event }) }
}

interface Operation {
  operationId: string
  requestBody?: { content: Record<string, { schema: unknown }> }
}

function operations(): [method: string, path: string, schema: unknown][] {
  const paths = Object.entries(relay.documents.http.paths as Record<string, Record<string, Operation>>)
  return paths.flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { requestBody }]): [string, string, unknown][] => {
      const schema = requestBody?.content['application/json']?.schema
      return schema === undefined ? [] : [[method.toUpperCase(), path, schema]]
    }),
  )
}

describe('a request made from the served documents', { timeout: 120_000 }, () => {
  it(`to act is taken or refused as the document says, whatever is asked for (seed ${SEED})`, async () => {
    const made = making(relay.documents.http)
    const problems: object[] = []
    const statuses = new Map<number, number>()
    for (const one of requests(made, { $ref: '#/components/schemas/ActRequest' })) {
      const path = `/v1/conversations/${await newConversation()}/actions`
      const { status, body } = await relay.ask('POST', path, {
        json: one.wrong.length === 0 ? placed(one.value) : one.value,
      })
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      const found = disagreement(one, body.error as Refusal | undefined)
      if (found) problems.push(found)
    }
    expect(problems).toEqual([])
    expect(statuses.get(200) ?? 0).toBeGreaterThan(EACH / 4)
    expect(statuses.get(400) ?? 0).toBeGreaterThan(EACH / 4)
  })

  it('to every operation with a body is taken or refused as the document says', async () => {
    const made = making(relay.documents.http)
    const problems: object[] = []
    const conversation = await newConversation()
    const { contact } = (await relay.ask('GET', `/v1/conversations/${conversation}`)).body as {
      contact: { id: string }
    }
    const places: Record<string, string> = { backend: 'faq', article: 'pay', channel: 'web', name: 'hook', seq: '1' }
    const all = operations()
    for (const [method, path, schema] of all)
      for (const one of requests(made, schema, EACH / 3)) {
        const id = path.startsWith('/v1/contacts') ? contact.id : conversation
        const at = path.replace('{id}', id).replaceAll(/\{(\w+)\}/g, (_, name: string) => places[name] ?? 'none')
        const { body } = await relay.ask(method, at, { json: one.value, as: 'boss' })
        const found = disagreement(one, body.error as Refusal | undefined)
        if (found) problems.push({ method, path, ...found })
      }
    expect(problems).toEqual([])
    expect(all.length).toBeGreaterThan(9)
  })

  it.each(['send', 'after', 'history', 'identify'])(
    'of a visitor’s page is taken or refused as the document says: %s',
    async (name) => {
      const page = await relay.visitor()
      await page.ask('send', { key: 'first', body: { kind: 'message', parts: [{ kind: 'text', text: 'hello' }] } })
      expect(await disagreements(page, { channel: 'visitor', name })).toEqual([])
    },
  )

  it('of a backend’s socket is taken or refused as the document says: act', async () => {
    const bot = await relay.backend({ feed: false })
    const conversation = await newConversation()
    expect(await disagreements(bot, { channel: 'backend', name: 'act', known: { conversation } })).toEqual([])
  })
})

async function disagreements(
  client: Client,
  { channel, name, known = {} }: { channel: 'visitor' | 'backend'; name: string; known?: object },
): Promise<object[]> {
  const schema = messageOf(relay.documents.wires, { channel, message: name })?.payload
  const problems: object[] = []
  for (const { value, wrong } of requests(making(relay.documents.wires), schema)) {
    const packet = wrong.length === 0 ? { ...(value as object), ...known } : value
    const answer = await client.ask(name, packet)
    const found = disagreement({ value: packet, wrong }, answer.error as Refusal | undefined)
    if (found) problems.push(found)
  }
  return problems
}
