import { bare, nearest } from '@hutong/core/nearest'
import { safeParse, type z } from 'zod'

/** Settings before they are checked: what JSON can hold. */
export type SettingsTree = Record<string, unknown>

type Schema = z.core.$ZodType

/** What is left of `T` when every part that could not be read is missing. */
export type Partly<T> = T extends readonly (infer Item)[]
  ? (Partly<Item> | undefined)[]
  : T extends object
    ? { [Key in keyof T]?: Partly<T[Key]> | undefined }
    : T

/** Just enough of a zod definition to find one's way in it. */
interface Definition {
  type: string
  innerType?: Schema
  in?: Schema
  shape?: Record<string, Schema>
  element?: Schema
  valueType?: Schema
  entries?: Record<string, string>
  options?: Schema[]
  discriminator?: string
  values?: unknown[]
}

/**
 * Writes a text from the environment or a flag to where `segments` point, as the type the schema has there. Names match
 * whatever their case, "-" and "_". Gives the path written, or what is wrong.
 */
export function writeSetting(
  schema: Schema,
  tree: SettingsTree,
  given: { segments: readonly string[]; value: string },
): { path: string[] } | { problem: string } {
  const path: string[] = []
  let at = schema
  for (const segment of given.segments) {
    const step = stepInto(at, segment)
    if (step === undefined) return { problem: unknownName(schema, given.segments) }
    path.push(step.key)
    at = step.schema
  }
  const value = typed(at, given.value)
  if (value === undefined) return { problem: 'is not valid JSON; lists and objects are written as JSON here' }
  put(tree, path, value)
  return { path }
}

export function readSetting(tree: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? Reflect.get(at, key) : undefined),
    tree,
  )
}

/**
 * What of the settings can be read, part by part: a list or an object with a wrong part loses that part alone, and a slip of
 * the pen in one of a few words counts as the word that was meant.
 */
export function readable<T>(schema: z.ZodType<T>, given: unknown): Partly<T> | undefined {
  return part(schema, given) as Partly<T> | undefined
}

function part(schema: Schema, given: unknown): unknown {
  const parsed = safeParse(schema, given)
  if (parsed.success) return parsed.data
  const { shape, element, entries } = definition(schema)
  const member = memberFor(schema, given)
  if (member) return part(member, given)
  if (entries) return typeof given === 'string' ? nearest(given, Object.values(entries)) : undefined
  if (element) return Array.isArray(given) ? given.map((one) => part(element, one)) : undefined
  if (!shape || typeof given !== 'object' || given === null) return undefined
  return Object.fromEntries(Object.entries(shape).map(([key, one]) => [key, part(one, Reflect.get(given, key))]))
}

/** The member of a union that is told by one field, as that field has it here. */
function memberFor(schema: Schema, given: unknown): Schema | undefined {
  const { options, discriminator } = definition(schema)
  if (!options || discriminator === undefined || typeof given !== 'object' || given === null) return undefined
  const told = Reflect.get(given, discriminator)
  return options.find((one) => {
    const field = definition(one).shape?.[discriminator]
    return field && definition(field).values?.includes(told)
  })
}

/** The fields of an object, or those that members of a union have. */
function fieldsOf(schema: Schema): Record<string, Schema> | undefined {
  const { shape, options, discriminator } = definition(schema)
  if (shape || !options || discriminator === undefined) return shape
  return Object.assign({}, ...options.map(fieldsOf).toReversed())
}

function stepInto(schema: Schema, segment: string): { key: string; schema: Schema } | undefined {
  const { element, valueType } = definition(schema)
  const shape = fieldsOf(schema)
  if (shape) {
    const key = Object.keys(shape).find((name) => bare(name) === bare(segment))
    const next = key === undefined ? undefined : shape[key]
    return key === undefined || next === undefined ? undefined : { key, schema: next }
  }
  if (element) return /^\d{1,3}$/.test(segment) ? { key: segment, schema: element } : undefined
  if (!valueType) return undefined
  const free = definition(valueType).type === 'unknown'
  return { key: free ? freeName(segment) : bare(segment), schema: valueType }
}

/** A name where the schema knows none: API_KEY is apiKey, and what has small letters stands as it is. */
function freeName(segment: string): string {
  if (/[a-z]/.test(segment)) return segment
  return segment.toLowerCase().replaceAll(/[-_](\w)/g, (_, letter: string) => letter.toUpperCase())
}

function definition(schema: Schema): Definition {
  const own: Definition = schema._zod.def
  const inner = own.innerType ?? own.in
  return inner ? definition(inner) : own
}

function typed(schema: Schema, text: string): unknown {
  const { type } = definition(schema)
  if (type === 'number' && /^-?\d+(\.\d+)?$/.test(text)) return Number(text)
  if (type === 'boolean' && /^(true|1|on|yes)$/i.test(text)) return true
  if (type === 'boolean' && /^(false|0|off|no)$/i.test(text)) return false
  if (type === 'array' && !text.startsWith('[')) return text.split(',').map((one) => one.trim())
  // What a backend's own settings are is not known here: a list or an object shows itself.
  if (type === 'unknown') return /^[[{]/.test(text) ? (fromJson(text) ?? text) : text
  return type === 'array' || type === 'object' || type === 'record' ? fromJson(text) : text
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function put(tree: SettingsTree, path: readonly string[], value: unknown): void {
  let at: object = tree
  for (const [depth, key] of path.entries()) {
    const own: unknown = Object.hasOwn(at, key) ? Reflect.get(at, key) : undefined
    const last = depth === path.length - 1
    const next = last ? value : typeof own === 'object' && own !== null ? own : emptyFor(path[depth + 1])
    Reflect.defineProperty(at, key, { value: next, writable: true, enumerable: true, configurable: true })
    at = next as object
  }
}

function emptyFor(key: string | undefined): object {
  return key !== undefined && /^\d+$/.test(key) ? [] : {}
}

function unknownName(schema: Schema, segments: readonly string[]): string {
  const near = nearest(segments.join('.'), everyName(schema))
  return `is no setting${near === undefined ? '; hutong config print shows those there are' : `; did you mean ${near} (HUTONG_${asVariable(near)}, --${near})?`}`
}

function everyName(schema: Schema, prefix = ''): string[] {
  return Object.entries(fieldsOf(schema) ?? {}).flatMap(([key, value]) => [
    `${prefix}${key}`,
    ...everyName(value, `${prefix}${key}.`),
  ])
}

/** `listen.port` as the name of a variable: `LISTEN__PORT`. */
export function asVariable(name: string): string {
  return name
    .replaceAll(/[A-Z]/g, (letter) => `_${letter}`)
    .replaceAll('.', '__')
    .toUpperCase()
}
