type Schema = Record<string, unknown>

export interface Fuzz {
  /** A value that the schema describes: anything that may be there is there sometimes. */
  valid(schema: unknown): unknown
  /** The value with one thing changed somewhere, which may leave it valid. */
  bent(value: unknown): unknown
}

/** Words that patterns are tried with. */
const WORDS = ['k1', 'a', 'https://shop.example/a', 'order', 'v_1:1', '2026-01-31', '3', 'pay', '😀', '']

/** Makes values from JSON Schemas, the same ones for the same randomness. Knows the keywords that our documents have, and refuses others. */
export function createFuzz(random: () => number, definitions: Readonly<Record<string, unknown>>): Fuzz {
  const upTo = (most: number) => Math.floor(random() * (most + 1))
  const oneOf = <T>(all: readonly T[]): T => all[upTo(all.length - 1)] as T

  function valid(schema: unknown): unknown {
    const { $ref, const: constant, enum: words, oneOf: either, anyOf: any, allOf: every, ...rest } = schema as Schema
    if (typeof $ref === 'string') return valid(definitions[$ref.split('/').at(-1) ?? ''])
    if (constant !== undefined) return constant
    if (Array.isArray(words)) return oneOf(words)
    if (Array.isArray(either)) return valid(oneOf(either))
    if (Array.isArray(every)) return valid(every[0])
    if (rest.type === undefined) return Array.isArray(any) ? valid(oneOf(any)) : 'anything'
    return narrowed(plain(rest), any, rest.properties)
  }

  /** One of the cases that an `anyOf` beside the fields of an object names: what it wants is there, what it rules out is not. */
  function narrowed(value: unknown, any: unknown, properties: unknown): unknown {
    if (!Array.isArray(any)) return value
    const { required = [], properties: cases = {} } = oneOf(any as { required?: string[]; properties?: Schema }[])
    const kept = Object.fromEntries(Object.entries(value as Schema).filter(([name]) => !isNever(cases[name])))
    for (const name of required) {
      const { const: constant } = cases[name] as Schema
      kept[name] = constant ?? kept[name] ?? valid((properties as Schema)[name])
    }
    return kept
  }

  function plain(schema: Schema): unknown {
    switch (schema.type) {
      case 'string':
        return text(schema)
      case 'boolean':
        return random() < 0.5
      case 'null':
        return null
      case 'integer':
      case 'number':
        return number(schema)
      case 'array':
        return list(schema)
      case 'object':
        return object(schema)
    }
    throw new Error(`no values are made for ${JSON.stringify(schema)}`)
  }

  function text({ minLength, maxLength, pattern }: Schema): string {
    const least = Number(minLength ?? 0)
    const fits = (word: string) =>
      word.length >= least &&
      word.length <= Number(maxLength ?? Infinity) &&
      (typeof pattern !== 'string' || new RegExp(pattern, 'u').test(word))
    const fitting = WORDS.filter(fits)
    if (fitting.length === 0) throw new Error(`no word fits ${JSON.stringify({ minLength, maxLength, pattern })}`)
    return pattern === undefined && random() < 0.1 ? 'x'.repeat(Number(maxLength ?? 10)) : oneOf(fitting)
  }

  function number({ minimum, maximum, exclusiveMinimum }: Schema): number {
    const least = Number(minimum ?? (exclusiveMinimum === undefined ? 0 : Number(exclusiveMinimum) + 1))
    return Math.max(least, Math.min(Number(maximum ?? 9), least + upTo(9)))
  }

  function list({ items, minItems, maxItems }: Schema): unknown[] {
    const least = Number(minItems ?? 0)
    const length = Math.min(Number(maxItems ?? 3), least + upTo(2))
    return Array.from({ length }, () => valid(items))
  }

  function object({ properties = {}, required = [], additionalProperties, propertyNames }: Schema): object {
    const needed = new Set(required as string[])
    const fields = Object.entries(properties as Schema).filter(
      ([name, one]) => needed.has(name) || (!isNever(one) && random() < 0.4),
    )
    const free = typeof additionalProperties === 'object' && Object.keys(properties as Schema).length === 0
    return Object.fromEntries([
      ...fields.map(([name, one]) => [name, valid(one)]),
      ...(free
        ? Array.from({ length: upTo(2) }, () => [text((propertyNames ?? {}) as Schema), valid(additionalProperties)])
        : []),
    ])
  }

  const ODD = [
    null,
    '',
    -1,
    1.5,
    true,
    [],
    {},
    'x'.repeat(9_000),
    'no such word',
    1e15,
    ['x'],
    Array(25).fill(0),
    { kind: 'x' },
  ]

  function bent(value: unknown): unknown {
    const deeper = typeof value === 'object' && value !== null && Object.keys(value).length > 0 && random() < 0.85
    if (!deeper) return oneOf(ODD)
    const name = oneOf(Object.keys(value))
    const turn = random()
    if (Array.isArray(value)) {
      if (turn < 0.2) return [...value, ...Array(25).fill(value[0])]
      return value.map((one, index) => (String(index) === name ? bent(one) : one))
    }
    const { [name]: one, ...others } = value as Schema
    if (turn < 0.2) return others
    if (turn < 0.3) return { ...value, more: 1 }
    return { ...others, [name]: bent(one) }
  }

  return { valid, bent }
}

/** `{ not: {} }` lets nothing be there. */
function isNever(schema: unknown): boolean {
  return typeof schema === 'object' && schema !== null && 'not' in schema
}
