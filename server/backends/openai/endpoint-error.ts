import { type ErrorCode, HutongError } from '@hutong/core/errors'
import { retryAfterIn } from '../retry-after.ts'

const STATUS: Readonly<Record<number, ErrorCode>> = {
  401: 'misconfigured',
  402: 'misconfigured',
  403: 'misconfigured',
  404: 'misconfigured',
  408: 'timeout',
  429: 'throttled',
  529: 'throttled',
}
/** What endpoints write in `code` or `type` and means more than the status beside it. */
const TELLING: readonly (readonly [RegExp, ErrorCode])[] = [
  [/insufficient_quota|insufficient.?balance|billing|arrear/i, 'misconfigured'],
  [/content_filter|content_policy|data_?inspection_?failed/i, 'rejected'],
]
/** What they write in a stream, where there is no status. */
const INSTEAD: readonly (readonly [RegExp, ErrorCode])[] = [
  [/rate_?limit|throttl|too_many|overloaded/i, 'throttled'],
  [/invalid_api_key|authentication|permission|model_not_found/i, 'misconfigured'],
  [/invalid_request|context_length/i, 'rejected'],
]
/** Ollama: "does not support tools"; vLLM: "tool choice requires --enable-auto-tool-choice"; OpenRouter: "no endpoints … support tool use". */
const NO_TOOLS = /\b(tools?|tool_choice|function.?calling)\b/i
const MEANS: Partial<Record<ErrorCode, string>> = {
  misconfigured: 'refuses us: look at apiKey, model, baseUrl and the account',
  throttled: 'asks us to slow down',
  rejected: 'refuses this request',
  timeout: 'took too long',
  unreachable: 'failed or cannot be reached',
}
const DETAIL_MAX = 300

/** What the client throws, as a row of the table. No message holds the key, nor do causes, which are logged. */
export function endpointError(thrown: unknown, apiKey: string | undefined): HutongError {
  const ours = chainOf(thrown).find((one) => one instanceof HutongError)
  if (ours) return ours
  const { code, status } = told(thrown)
  const retryAfter = code === 'throttled' || code === 'unreachable' ? retryAfterOf(thrown) : undefined
  const detail = chainOf(thrown)
    .map((one) => (one instanceof Error ? one.message : ''))
    .join(': ')
  const cause = new Error((apiKey === undefined ? detail : detail.replaceAll(apiKey, '…')).slice(0, DETAIL_MAX))
  const seen = status === undefined ? '' : ` (HTTP ${status})`
  if (status !== undefined && status !== 401 && status < 500 && code !== 'throttled' && NO_TOOLS.test(detail))
    return new HutongError('misconfigured', `the model or its endpoint takes no tools${seen}: set tools to false`, {
      cause,
      field: 'tools',
    })
  return new HutongError(code, `the endpoint ${MEANS[code]}${seen}`, {
    cause,
    ...(retryAfter !== undefined && { retryAfter }),
  })
}

function told(thrown: unknown): { code: ErrorCode; status?: number } {
  const words = `${fieldOf(thrown, 'code')} ${fieldOf(thrown, 'type')}`
  const named = (table: typeof TELLING) => table.find(([pattern]) => pattern.test(words))?.[1]
  const status = [fieldOf(thrown, 'status'), fieldOf(thrown, 'code')].find(isHttpError)
  if (status === undefined) return { code: named(TELLING) ?? named(INSTEAD) ?? 'unreachable' }
  const code = named(TELLING) ?? STATUS[status] ?? (status >= 500 ? 'unreachable' : 'rejected')
  return { code, status }
}

function isHttpError(value: unknown): value is number {
  return typeof value === 'number' && value >= 400 && value < 600
}

/** Milliseconds, from `retry-after-ms` or from `Retry-After`. */
function retryAfterOf(thrown: unknown): number | undefined {
  const headers = fieldOf(thrown, 'headers')
  if (!(headers instanceof Headers)) return undefined
  const ms = Number(headers.get('retry-after-ms') ?? Number.NaN)
  if (ms >= 0) return ms
  return retryAfterIn(headers.get('retry-after'), Date.now())
}

function chainOf(thrown: unknown): unknown[] {
  const chain: unknown[] = []
  for (let one = thrown; one !== undefined && one !== null && chain.length < 5; one = fieldOf(one, 'cause'))
    chain.push(one)
  return chain
}

function fieldOf(thrown: unknown, field: string): unknown {
  return typeof thrown === 'object' && thrown !== null ? Reflect.get(thrown, field) : undefined
}
