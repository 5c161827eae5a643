import { actRequest } from '@hutong/core/backend'
import { visit } from '@hutong/core/conversation'
import { audioPart, filePart, imagePart, videoPart } from '@hutong/core/parts'
import { z } from 'zod'

export type JsonSchema = z.core.JSONSchema.BaseSchema

export interface JsonSchemas {
  /** Has the schema written; `id` names the place where it is used alone. Gives what `schemaOf` is asked for. */
  add(schema: z.ZodType, id: string): string
  /** Writes all at once. `schemaOf` is a reference for the named ones and the whole schema for the others. */
  finish(): { components: Record<string, JsonSchema>; schemaOf(id: string): JsonSchema }
}

export interface JsonSchemasOptions {
  /** Schemas with a name of their own, written once below `components.schemas` and referred to elsewhere. */
  named: Readonly<Record<string, z.ZodType>>
  target: 'draft-2020-12' | 'draft-7'
}

/** Turns zod schemas into JSON Schema, with what `refine` adds to them, as the sender of a value has to see them. */
export function createJsonSchemas({ named, target }: JsonSchemasOptions): JsonSchemas {
  const registry = z.registry<{ id: string }>()
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id })

  return {
    add(schema, id) {
      const known = registry.get(schema)?.id
      if (known === undefined) registry.add(schema, { id })
      return known ?? id
    },
    finish() {
      const { schemas: written } = z.toJSONSchema(registry, {
        ...{ uri: reference, io: 'input', unrepresentable: 'any', target },
        override: ({ zodSchema, jsonSchema }) => refine(zodSchema, jsonSchema),
      })
      const all = new Map(Object.entries(written).map(([id, { $schema, $id, ...schema }]) => [id, schema]))
      return {
        components: Object.fromEntries([...all].filter(([id]) => Object.hasOwn(named, id))),
        schemaOf: (id) => (Object.hasOwn(named, id) ? { $ref: reference(id) } : (all.get(id) ?? {})),
      }
    },
  }
}

export function reference(id: string): string {
  return `#/components/schemas/${id}`
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
}

/** JSON Schema knows no flags, and many readers no Unicode properties: letters of either case and control characters are written out. */
function patternOf(schema: z.core.$ZodType, pattern: string): string {
  const patterns: Iterable<RegExp> = schema._zod.bag.patterns instanceof Set ? schema._zod.bag.patterns : []
  const ignoresCase = [...patterns].some(({ source, flags }) => source === pattern && flags.includes('i'))
  const plain = pattern.replaceAll('\\p{Cc}', '\\u0000-\\u001f\\u007f-\\u009f')
  return ignoresCase ? plain.replaceAll(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`) : plain
}
