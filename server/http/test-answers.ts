import { createChecker, type Document } from './test-document.ts'

interface Described {
  responses: Record<string, { content?: Record<string, { schema: unknown }> }>
}

export interface Answered {
  method: string
  /** With its query, if any. */
  path: string
  status: number
  /** The media type, without parameters. */
  type: string | undefined
  body: unknown
}

/** Says what is wrong with an answer for a reader of the OpenAPI document; nothing for paths that are not described. */
export function createAnswerCheck(document: Document): (answered: Answered) => string[] {
  const checker = createChecker(document)
  const paths = Object.entries(document.paths as Record<string, Record<string, Described>>).map(
    ([path, methods]) => [new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`), methods] as const,
  )

  return ({ method, path, status, type, body }) => {
    const [plain = ''] = path.split('?')
    const operation = paths.find(([pattern, methods]) => pattern.test(plain) && method.toLowerCase() in methods)?.[1]
    const described = operation?.[method.toLowerCase()]
    if (!described) return []
    const response = described.responses[status]
    if (!response) return [`${method} ${plain} answers ${status}, which is not described`]
    if (!response.content) return type === undefined ? [] : [`${method} ${plain} answers ${status} with ${type}`]
    const schema = response.content[type ?? '']?.schema
    if (schema === undefined)
      return 'application/octet-stream' in response.content ? [] : [`${plain}: ${type} is not described`]
    return checker.complaints(schema, body, 'whole').map((one) => `${method} ${plain} answers ${status} with ${one}`)
  }
}
