import { actRequest } from '@hutong/core/backend'
import { visit } from '@hutong/core/conversation'
import { audioPart, filePart, imagePart, videoPart } from '@hutong/core/parts'
import { z } from 'zod'

export type JsonSchema = z.core.JSONSchema.BaseSchema

export interface JsonSchemas {
  /** Has the schema written; `id` names the place where it is used alone. Gives what `schemaOf` is asked for. */
  add(schema: z.ZodType, id: string): string
  /**
   * Writes all at once. `schemaOf` is a reference for the named ones and the whole schema for the others; `componentsOf` are the named
   * ones that something written leads to.
   */
  finish(): { componentsOf(written: unknown): Record<string, JsonSchema>; schemaOf(id: string): JsonSchema }
}

export interface JsonSchemasOptions {
  /**
   * Schemas with a name of their own, written once below `components.schemas` and referred to elsewhere. Each case of one that is told
   * apart by a field has a name too: `TextPart` is the `Part` whose kind is `text`.
   */
  named: Readonly<Record<string, z.ZodType>>
  target: 'draft-2020-12' | 'draft-7'
}

/** Turns zod schemas into JSON Schema, with what `refine` adds to them, as the sender of a value has to see them. */
export function createJsonSchemas({ named, target }: JsonSchemasOptions): JsonSchemas {
  const registry = z.registry<{ id: string }>()
  const names = new Set<string>()
  const name = (schema: z.ZodType, id: string) => {
    registry.add(schema, { id })
    names.add(id)
  }
  for (const [id, schema] of Object.entries(named)) name(schema, id)
  for (const [id, schema] of Object.entries(named))
    for (const [word, one] of casesOf(schema)) if (!registry.has(one)) name(one, `${capital(word)}${id}`)

  function discriminator(schema: z.core.$ZodType): object | undefined {
    const cases = schema instanceof z.ZodDiscriminatedUnion ? casesOf(schema) : []
    const mapping = cases.flatMap(([word, one]) => (registry.has(one) ? [[word, reference(idOf(one))]] : []))
    if (mapping.length === 0 || mapping.length < cases.length) return undefined
    return { propertyName: 'kind', mapping: Object.fromEntries(mapping) }
  }
  const idOf = (schema: z.ZodType) => registry.get(schema)?.id ?? ''

  return {
    add(schema, id) {
      const known = registry.get(schema)?.id
      if (known === undefined) registry.add(schema, { id })
      return known ?? id
    },
    finish() {
      const { schemas: written } = z.toJSONSchema(registry, {
        ...{ uri: reference, io: 'input', unrepresentable: 'any', target },
        override({ zodSchema, jsonSchema }) {
          refine(zodSchema, jsonSchema)
          const told = target === 'draft-2020-12' ? discriminator(zodSchema) : undefined
          if (told && jsonSchema.oneOf) Object.assign(jsonSchema, { discriminator: told })
        },
      })
      const all = new Map(Object.entries(written).map(([id, { $schema, $id, ...schema }]) => [id, schema]))
      return {
        componentsOf(json) {
          const wanted = leadsTo(json, all)
          return Object.fromEntries([...all].filter(([id]) => names.has(id) && wanted.has(id)))
        },
        schemaOf: (id) => (names.has(id) ? { $ref: reference(id) } : (all.get(id) ?? {})),
      }
    },
  }
}

/** What a union is told apart by, word for word; nothing for other schemas. */
function casesOf(schema: z.ZodType): [word: string, one: z.ZodObject][] {
  if (!(schema instanceof z.ZodDiscriminatedUnion)) return []
  return schema.options.flatMap((one): [string, z.ZodObject][] => {
    const kind = one instanceof z.ZodObject ? one.shape.kind : undefined
    return one instanceof z.ZodObject && kind instanceof z.ZodLiteral ? [[String(kind.value), one]] : []
  })
}

export function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}

export function reference(id: string): string {
  return `#/components/schemas/${id}`
}

/** The names that references in the JSON lead to, by way of others too. */
function leadsTo(json: unknown, schemas: ReadonlyMap<string, JsonSchema>, known = new Set<string>()): Set<string> {
  for (const [, name = ''] of JSON.stringify(json).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
    if (known.has(name)) continue
    known.add(name)
    leadsTo(schemas.get(name) ?? {}, schemas, known)
  }
  return known
}

const filled = (name: string): JsonSchema => ({
  type: 'object',
  properties: { [name]: { type: 'string', minLength: 1 } },
  required: [name],
})
const someAction: JsonSchema = {
  type: 'object',
  properties: { actions: { type: 'array', items: {}, minItems: 1 } },
  required: ['actions'],
}
/** What the code of a refinement says, said once more as JSON Schema; the contract tests hold the two together. */
const REFINED = new Map<z.core.$ZodType, JsonSchema>()
for (const medium of [imagePart, filePart, audioPart, videoPart])
  REFINED.set(medium, { anyOf: [filled('file'), filled('url')] })
REFINED.set(actRequest, { anyOf: [filled('event'), someAction] })
REFINED.set(visit.shape.attributes.unwrap(), { maxProperties: 50 })

function refine(schema: z.core.$ZodTypes, written: JsonSchema): void {
  Object.assign(written, REFINED.get(schema))
  if (schema._zod.def.type === 'string' && written.pattern !== undefined)
    written.pattern = patternOf(schema, written.pattern)
  if (written.type === 'integer') {
    if (written.minimum === Number.MIN_SAFE_INTEGER) delete written.minimum
    if ((written.maximum ?? Infinity) > INT32_MAX) written.format = 'int64'
  }
}

/** What generators take an integer to be at most, unless it is said to be an `int64`. */
const INT32_MAX = 2 ** 31 - 1

/** JSON Schema knows no flags, and many readers no Unicode properties: letters of either case and control characters are written out. */
function patternOf(schema: z.core.$ZodType, pattern: string): string {
  const patterns: Iterable<RegExp> = schema._zod.bag.patterns instanceof Set ? schema._zod.bag.patterns : []
  const ignoresCase = [...patterns].some(({ source, flags }) => source === pattern && flags.includes('i'))
  const plain = pattern.replaceAll('\\p{Cc}', '\\u0000-\\u001f\\u007f-\\u009f')
  return ignoresCase ? plain.replaceAll(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`) : plain
}
