import type { WireError } from '@hutong/core/errors'
import { forgetLog, type Session } from './session.ts'

/** The person a JWT speaks of. The relay verifies it; here it only keeps what is stored of two people apart,
 * so that letters beyond ASCII come out garbled does not matter. Throws for what is no JWT. */
export function personOf(jwt: string | undefined): string | undefined {
  const payload = jwt?.split('.')[1]
  return payload && JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))).sub
}

/** Leaves nothing of this visitor in the browser. */
export function forget(session: Session) {
  const { keep, outbox } = session
  for (const name of ['token', 'log', 'outbox', 'here']) keep.set(name, undefined)
  session.token = undefined
  session.contact.value = undefined
  forgetLog(session)
  outbox.clear()
}

/** What a refused connection means; true when another try makes sense. */
export function refusedAs(session: Session, error: WireError): boolean {
  if (error.code === 'unauthorized' && !session.jwt && session.token) {
    session.keep.set('token', undefined)
    session.token = undefined
    forgetLog(session)
    return true
  }
  if (!error.retryable) session.notices.error?.(error)
  return error.retryable
}
