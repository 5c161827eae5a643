import { Ajv, type AnySchema, type Options, type ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'

type Json = Record<string, unknown>

/** A described document, OpenAPI or AsyncAPI, as its readers see it: JSON alone. */
export interface Document {
  components: { schemas: Record<string, unknown> }
  [field: string]: unknown
}

export interface Checker {
  /** What is wrong with the value for whoever has only the document; empty when nothing is. `whole`: nothing undescribed is in it. */
  complaints(schema: unknown, value: unknown, whole?: 'whole'): string[]
}

/** Keywords that are not of JSON Schema, and the formats of numbers and bytes that OpenAPI adds, are known; every other one is a mistake. */
const OPTIONS: Options = {
  allErrors: true,
  strictTypes: false,
  strictRequired: false,
  keywords: ['discriminator', 'components'],
  formats: {
    int64: { type: 'number', validate: Number.isSafeInteger },
    'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
    uuid: /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/,
    binary: true,
  },
}

/** Holds values against the schemas of a document by a public validator, which knows nothing of the code they were made from. */
export function createChecker(document: Document): Checker {
  const judges = { open: judgeOf(document, (schema) => schema), whole: judgeOf(document, closed) }
  return {
    complaints(schema, value, whole) {
      const judge = judges[whole ?? 'open'](schema)
      if (judge(value)) return []
      return (judge.errors ?? []).map(
        ({ instancePath, message, params }) => `${instancePath}: ${message} ${JSON.stringify(params)}`,
      )
    },
  }
}

/** OpenAPI 3.1 speaks the dialect of 2020, AsyncAPI 3 that of draft 7. */
function judgeOf(document: Document, turn: (schema: unknown) => unknown): (schema: unknown) => ValidateFunction {
  const ajv = 'asyncapi' in document ? new Ajv(OPTIONS) : new Ajv2020(OPTIONS)
  ajv.addSchema({ $id: 'document', components: turn(document.components) } as AnySchema)
  const known = new Map<string, ValidateFunction>()
  return (schema) => {
    const text = JSON.stringify(turn(schema)).replaceAll('"#/components/', '"document#/components/')
    const judge = known.get(text) ?? ajv.compile(JSON.parse(text))
    known.set(text, judge)
    return judge
  }
}

/** Objects take no field that is not described. A case beside the fields of an object describes none. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed)
  if (!isObject(value)) return value
  const hasFields = isObject(value.properties)
  const inside = Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, key === 'anyOf' && hasFields ? one : closed(one)]),
  )
  const closes = value.type === 'object' && hasFields && !('additionalProperties' in value)
  return { ...inside, ...(closes && { additionalProperties: false }) }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
