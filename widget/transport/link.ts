import type { WireError } from '@hutong/core/errors'
import type { VisitorAuth } from '@hutong/core/wire'

export interface LinkTarget {
  /** Origin (and path prefix, if any) of the relay, without a trailing slash. */
  relay: string
  site: string
  auth: VisitorAuth
}

export interface LinkHandlers {
  event(name: string, packet: unknown): void
  /** Called once; with an error when the relay refused, without when the line was lost. */
  end(error?: WireError): void
}

/** One try at a line to the relay: it carries packets until it ends, and ends once. It never tries again by itself. */
export interface Link {
  emit(event: string, packet: unknown, answered?: (answer: unknown) => void): void
  /** Ends it without calling `end`. */
  close(): void
}

export type OpenLink = (target: LinkTarget, handlers: LinkHandlers) => Link

/** What a refused CONNECT says, as an error of the table; servers of others may send a bare message. */
export function refusal(payload: { message?: string; data?: unknown }): WireError {
  const { data } = payload
  if (typeof data === 'object' && data !== null && 'code' in data) return data as WireError
  return { code: 'unavailable', message: payload.message ?? 'refused', retryable: true }
}
