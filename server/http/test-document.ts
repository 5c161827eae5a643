import { z } from 'zod'

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

/** Holds values against the schemas of a document, and knows nothing of the code they were made from. */
export function createChecker({ components }: Document): Checker {
  const known = new Map<string, z.ZodType>()
  const definitions = { open: localised(components.schemas), whole: closed(localised(components.schemas)) }

  function read(schema: unknown, as: 'open' | 'whole'): z.ZodType {
    const text = `${as} ${JSON.stringify(schema)}`
    const found = known.get(text)
    if (found) return found
    const own = localised(schema) as Json
    const made = z.fromJSONSchema({
      ...(as === 'whole' ? (closed(own) as Json) : own),
      $defs: definitions[as] as never,
    })
    known.set(text, made)
    return made
  }

  return {
    complaints(schema, value, whole) {
      const { error } = read(schema, whole ?? 'open').safeParse(value)
      return error ? error.issues.map((issue) => `${issue.path.join('.')}: ${JSON.stringify(issue)}`) : []
    },
  }
}

/** References into the document as references into a schema of its own, and cases of an object each as a whole object. */
function localised(value: unknown): unknown {
  return distributed(JSON.parse(JSON.stringify(value).replaceAll('#/components/schemas/', '#/$defs/')))
}

/**
 * An `anyOf` beside the fields of an object as a choice between whole objects: zod makes an intersection of the former, which takes
 * fields that one side alone refuses.
 */
function distributed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(distributed)
  if (typeof value !== 'object' || value === null) return value
  const { anyOf, ...rest } = Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, distributed(one)]),
  ) as Json
  if (!Array.isArray(anyOf)) return rest
  if (rest.type !== 'object') return { ...rest, anyOf }
  const { properties = {}, required = [] } = rest as { properties?: Record<string, Json>; required?: string[] }
  return {
    anyOf: anyOf.map((one: { properties?: Record<string, Json>; required?: string[] }) => ({
      ...rest,
      required: [...new Set([...required, ...(one.required ?? [])])],
      properties: { ...properties, ...narrowed(properties, one.properties ?? {}) },
    })),
  }
}

function narrowed(properties: Record<string, Json>, by: Record<string, Json>): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(by).map(([name, one]) => [
      name,
      'not' in one || 'const' in one ? one : { ...one, ...properties[name] },
    ]),
  )
}

/** Objects take no field that is not described. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed)
  if (typeof value !== 'object' || value === null) return value
  const inside = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, closed(one)]))
  const isObject = inside.type === 'object' && 'properties' in inside
  return { ...inside, ...(isObject && !('additionalProperties' in inside) && { additionalProperties: false }) }
}
