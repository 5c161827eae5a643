import { follow } from './test-descriptions.ts'
import { createChecker, type Document } from './test-document.ts'

interface Response {
  headers?: Record<string, { required?: boolean; schema?: unknown; $ref?: string }>
  content?: Record<string, { schema: unknown }>
}

interface Described {
  operationId: string
  responses: Record<string, Response & { $ref?: string }>
}

export interface Answered {
  method: string
  /** With its query, if any. */
  path: string
  status: number
  headers: Headers
  /** What JSON says; `text` holds the content of anything else. */
  body: unknown
}

/** Headers that browsers, proxies and HTTP itself look after, and that no client of ours reads. */
const NOBODYS = new Set([
  ...['connection', 'content-length', 'content-type', 'date', 'keep-alive', 'transfer-encoding', 'vary'],
  ...['content-security-policy', 'cross-origin-opener-policy', 'cross-origin-resource-policy', 'referrer-policy'],
  ...['strict-transport-security', 'x-content-type-options', 'x-frame-options'],
])
/** Only what may be kept has it described: `no-store` is the rule. */
const NEVER_KEPT = 'no-store'

/** Finds what an OpenAPI document says of a request. */
export function createFinder(document: Document): (method: string, path: string) => Described | undefined {
  const paths = Object.entries(document.paths as Record<string, Record<string, Described>>).map(
    ([path, methods]) => [new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`), methods] as const,
  )
  return (method, path) => {
    const plain = new URL(path, 'http://relay').pathname
    return paths.find(([pattern, methods]) => pattern.test(plain) && method.toLowerCase() in methods)?.[1][
      method.toLowerCase()
    ]
  }
}

function isEmpty(body: unknown): boolean {
  return (body as { text?: string }).text === ''
}

/** Says what is wrong with an answer for a reader of the OpenAPI document; nothing for paths that are not described. */
export function createAnswerCheck(document: Document): (answered: Answered) => string[] {
  const checker = createChecker(document)
  const find = createFinder(document)

  function wrongHeaders(told: NonNullable<Response['headers']>, headers: Headers): string[] {
    const known = new Map(
      Object.entries(told).map(([name, { $ref, ...own }]) => [
        name.toLowerCase(),
        $ref === undefined ? own : (follow(document, $ref) as typeof own),
      ]),
    )
    const untold = [...headers].filter(
      ([name, value]) => !known.has(name) && !NOBODYS.has(name) && !(name === 'cache-control' && value === NEVER_KEPT),
    )
    return [
      ...untold.map(([name]) => `the header ${name}, which is not described`),
      ...[...known].flatMap(([name, { required, schema }]) => {
        const value = headers.get(name)
        if (value === null) return required ? [`no header ${name}`] : []
        return checker.complaints(schema, value).map((one) => `the header ${name}: ${one}`)
      }),
    ]
  }

  function wrongBody({ content }: Response, type: string | undefined, body: unknown): string[] {
    if (!content) return type === undefined || isEmpty(body) ? [] : [type]
    const schema = content[type ?? '']?.schema
    if (schema === undefined) return '*/*' in content ? [] : [`${type}, which is not described`]
    return type === 'application/json' ? checker.complaints(schema, body, 'whole') : []
  }

  return ({ method, path, status, headers, body }) => {
    const found = find(method, path)?.responses[status]
    if (!find(method, path)) return []
    const told = `${method} ${path.split('?')[0]} answers ${status}`
    if (!found) return [`${told}, which is not described`]
    const response: Response = found.$ref === undefined ? found : follow(document, found.$ref)
    const type = headers.get('content-type')?.split(';')[0]
    return [...wrongBody(response, type, body), ...wrongHeaders(response.headers ?? {}, headers)].map(
      (one) => `${told} with ${one}`,
    )
  }
}
