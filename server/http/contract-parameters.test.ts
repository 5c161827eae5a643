import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRandom } from '../fault/random.ts'
import { TOKENS } from '../test-stand.ts'
import type { Operation } from './operation.ts'
import { createChecker, type Document } from './test-document.ts'
import { createFuzz } from './test-json-fuzz.ts'
import { openReadyStand, type ReadyStand } from './test-valid-requests.ts'

/** Query strings made from the served document alone, for everything that only reads: taken or refused as it says. */
const SEED = Number(process.env.HUTONG_FAULT_SEED ?? 20_261_121)
const EACH = 6
/** What people and programs get wrong. */
const ODD = ['-1', '1.5', '101', 'no such word', 'x'.repeat(1_100), '99999999999999999999', 'true']

let house: ReadyStand
let document: Document
beforeAll(async () => {
  house = await openReadyStand()
  document = (await house.stand.ask('/v1/openapi.json')).body as unknown as Document
}, 30_000)
afterAll(() => house.stand.close())

interface Parameter {
  name: string
  in: string
  schema: { type?: string }
}

/** What a cursor or a signature holds is nobody's to make; positions must be ones that were reached. */
const OPAQUE = new Set(['cursor', 'e', 's', 'after', 'wait'])

function parametersOf({ method, path }: Operation): Parameter[] {
  const paths = document.paths as Record<string, Record<string, { parameters: Parameter[] }>>
  return (paths[path]?.[method]?.parameters ?? []).filter((one) => one.in === 'query' && !OPAQUE.has(one.name))
}

/** As a reader of the document takes a word of the query. */
function typed({ schema }: Parameter, word: string): unknown {
  return schema.type === 'integer' && /^-?\d+(\.\d+)?$/.test(word) ? Number(word) : word
}

describe('a query made from the served document', () => {
  it(`is taken or refused as the document says, of every operation that reads (seed ${SEED})`, async () => {
    const { between } = createRandom(SEED)
    const fuzz = createFuzz(() => between(0, 2 ** 31 - 1) / 2 ** 31, document.components.schemas)
    const checker = createChecker(document)
    const problems: object[] = []
    const counts = { taken: 0, refused: 0 }
    for (const one of house.stand.operations.filter(({ method }) => method === 'get'))
      for (const parameter of parametersOf(one)) {
        const fitting = Array.from({ length: EACH }, () => String(fuzz.valid(parameter.schema)))
        for (const word of new Set([...fitting, ...ODD])) {
          const [path] = house.valid(one)
          const query = new URLSearchParams({ [parameter.name]: word })
          const { status, body } = await house.stand.ask(`${path}?${query}`, { token: TOKENS.boss })
          const wrong = checker.complaints(parameter.schema, typed(parameter, word))
          const isRefused = status === 400 && body.error?.field === parameter.name
          counts[isRefused ? 'refused' : 'taken']++
          if (isRefused !== wrong.length > 0)
            problems.push({ id: one.id, name: parameter.name, word: word.slice(0, 40), status, wrong: wrong[0] })
        }
      }
    expect(problems).toEqual([])
    expect(counts.taken).toBeGreaterThan(60)
    expect(counts.refused).toBeGreaterThan(60)
  })
})
