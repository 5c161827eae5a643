import { type Checker, createChecker, type Document } from './test-document.ts'

type Json = Record<string, unknown>

/** Something in a document that its readers meet by name. */
export interface Named {
  /** Where it stands, by the keys that lead there. */
  place: string
  name: string
  /** What it says of itself, or what it refers to says. */
  description: string | undefined
}

/** Values that stand for themselves; what is inside is nobody's property. */
const VALUES = new Set(['examples', 'example', 'default', 'const', 'enum', 'value', 'mapping'])

/** Everything that has a name in a schema, the schemas with a name of their own, and the cases that objects come in. */
export function namedIn(document: Document): Named[] {
  const found: Named[] = []
  visit(document, [], (json, place) => {
    const { properties } = json
    if (isObject(properties) && !restricts(document, place))
      for (const [name, property] of Object.entries(properties))
        if (isObject(property) && !tells(name, property))
          found.push(named(document, [...place, 'properties', name], property))
    if (['anyOf', 'oneOf'].includes(place.at(-2) ?? '') && isObject(properties) && !restricts(document, place))
      found.push(named(document, place, json))
  })
  for (const [name, schema] of Object.entries(document.components.schemas))
    found.push(named(document, ['components', 'schemas', name], schema as Json))
  return found
}

/** What operations, answers, parameters and headers of an OpenAPI document say of themselves; of other documents nothing. */
export function partsOf(document: Document): Named[] {
  const found: Named[] = []
  visit(document, [], (json, place) => {
    const kind = place.at(-2)
    const isParameter = kind === 'parameters' && typeof json.in === 'string'
    if (isParameter || kind === 'headers' || kind === 'responses' || kind === 'securitySchemes' || place[0] === 'tags')
      found.push(named(document, [...place, ...(isParameter ? [String(json.name)] : [])], json))
  })
  return found
}

/** The examples that a document gives of its shapes and that are none. */
export function wrongExamples(document: Document): { count: number; wrong: string[] } {
  const checker = createChecker(document)
  const wrong: string[] = []
  let count = 0
  visit(document, [], (json, place) => {
    for (const one of examplesIn(json)) {
      count++
      wrong.push(...complaints(checker, one).map((problem) => `${place.join('/')}: ${problem}`))
    }
  })
  return { count, wrong }
}

/** Whether readers are told by an example what a schema looks like, here or where it refers to. */
export function hasExample(document: Document, schema: unknown): boolean {
  const { examples, $ref } = schema as { examples?: unknown[]; $ref?: string }
  return (examples?.length ?? 0) > 0 || ($ref !== undefined && hasExample(document, follow(document, $ref)))
}

/** What a reference leads to in the document. */
export function follow(document: Document, reference: string): Json {
  const keys = reference.replace('#/', '').split('/')
  return keys.reduce<Json>((at, key) => at[key] as Json, document)
}

interface Example {
  schema: unknown
  value: unknown
}

function examplesIn(json: Json): Example[] {
  const { examples, schema } = json
  if (Array.isArray(examples)) return examples.map((value) => ({ schema: json, value }))
  if (!isObject(examples) || schema === undefined) return []
  return Object.values(examples).map((one) => ({ schema, value: (one as Json).value }))
}

function complaints(checker: Checker, { schema, value }: Example): string[] {
  return checker.complaints(schema, value, 'whole')
}

function named(document: Document, place: readonly string[], json: Json): Named {
  return { place: place.join('/'), name: place.at(-1) ?? '', description: descriptionOf(document, json) }
}

function descriptionOf(document: Document, json: Json): string | undefined {
  if (typeof json.description === 'string') return json.description
  const [only] = Array.isArray(json.allOf) ? (json.allOf as Json[]) : []
  const reference = json.$ref ?? only?.$ref
  return typeof reference === 'string' ? descriptionOf(document, follow(document, reference)) : undefined
}

/** Which case it is, by the one word that may stand there; the case says itself what it is. */
function tells(name: string, { const: constant }: Json): boolean {
  return (name === 'kind' || name === 'format') && constant !== undefined
}

/** A case of an `anyOf` beside fields says which of those fields there must be, and describes none. */
function restricts(document: Document, place: readonly string[]): boolean {
  const around = place.slice(0, -2).reduce<unknown>((at, key) => (at as Json)[key], document)
  return place.at(-2) === 'anyOf' && isObject(around) && 'properties' in around
}

function visit(json: unknown, place: readonly string[], see: (json: Json, place: readonly string[]) => void): void {
  if (Array.isArray(json)) for (const [index, one] of json.entries()) visit(one, [...place, String(index)], see)
  if (!isObject(json)) return
  see(json, place)
  const isNames = place.at(-1) === 'properties'
  for (const [key, one] of Object.entries(json)) if (isNames || !VALUES.has(key)) visit(one, [...place, key], see)
}

function isObject(json: unknown): json is Json {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}
