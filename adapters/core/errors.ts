/**
 * Every error that crosses a border (wire, REST, adapter, backend) is a row of this table. `retryable` says whether the
 * same request can succeed later without being changed; `status` is the HTTP status it travels with.
 */
export const ERRORS = {
  invalid: { retryable: false, status: 400, means: 'a field is missing or wrong; the message names it and the remedy' },
  unauthorized: { retryable: false, status: 401, means: 'the credentials are missing, wrong or expired' },
  forbidden: { retryable: false, status: 403, means: 'these credentials, or this origin, may not do that' },
  not_found: { retryable: false, status: 404, means: 'there is no such thing, or not for these credentials' },
  conflict: { retryable: false, status: 409, means: 'the thing changed meanwhile; read it again' },
  stale_floor: { retryable: false, status: 409, means: 'somebody else has the floor since; what was said is refused' },
  too_large: { retryable: false, status: 413, means: 'the request or file is larger than the published limit' },
  unsupported_type: { retryable: false, status: 415, means: 'files of this type are not accepted here' },
  throttled: { retryable: true, status: 429, means: 'too many requests; try again after the stated time' },
  internal: { retryable: true, status: 500, means: 'the relay failed; nothing of the request was kept' },
  unreachable: { retryable: true, status: 502, means: 'the platform could not be reached or answered nonsense' },
  unavailable: { retryable: true, status: 503, means: 'the relay is starting, draining or overloaded' },
  timeout: { retryable: true, status: 504, means: 'no answer in time; it may or may not have happened' },
  rejected: { retryable: false, status: 422, means: 'the platform refused this message for good' },
  window_closed: {
    retryable: false,
    status: 422,
    means: "the platform's reply window is over; another channel must be used",
  },
  quota: { retryable: false, status: 422, means: "the platform's quota for this contact is used up" },
  gone: { retryable: false, status: 410, means: 'the address exists no longer or has blocked us' },
  misconfigured: {
    retryable: false,
    status: 500,
    means: 'a credential or setting of the channel is wrong; an operator must act',
  },
} as const satisfies Record<string, { retryable: boolean; status: number; means: string }>

export type ErrorCode = keyof typeof ERRORS

export interface ErrorDetails {
  /** The field that is wrong, as a path (`parts.0.text`). */
  field?: string
  /** Milliseconds after which a retry makes sense. */
  retryAfter?: number
  cause?: unknown
}

/** The form in which an error travels. */
export interface WireError {
  code: ErrorCode
  message: string
  retryable: boolean
  field?: string
  retryAfter?: number
}

export class HutongError extends Error {
  override readonly name = 'HutongError'
  readonly code: ErrorCode
  readonly field: string | undefined
  readonly retryAfter: number | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.field = details.field
    this.retryAfter = details.retryAfter
  }

  get retryable(): boolean {
    return ERRORS[this.code].retryable
  }

  get status(): number {
    return ERRORS[this.code].status
  }

  toJSON(): WireError {
    return {
      code: this.code,
      message: this.message,
      retryable: this.retryable,
      ...(this.field === undefined ? {} : { field: this.field }),
      ...(this.retryAfter === undefined ? {} : { retryAfter: this.retryAfter }),
    }
  }
}

/** Any thrown value as a table row. What is not ours becomes `internal` and keeps its text out of the message. */
export function toHutongError(thrown: unknown): HutongError {
  if (thrown instanceof HutongError) return thrown
  return new HutongError('internal', ERRORS.internal.means, { cause: thrown })
}
