import type { WireError } from '@hutong/core/errors'
import { flush } from './sending.ts'
import { forgetLog, type Session, welcomed } from './session.ts'

/** The person a JWT speaks of. The relay verifies it; here it only keeps what is stored of two people apart. */
export function personOf(jwt: string | undefined): string | undefined {
  const payload = jwt?.split('.')[1]
  if (!payload) return
  const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))
  return String(JSON.parse(new TextDecoder().decode(bytes)).sub)
}

/** Signs in, or out with undefined. Rejects when the relay does not accept the JWT; the visitor then stays who they were. */
export async function identify(session: Session, jwt: string | undefined) {
  if (jwt === undefined) return signOut(session)
  const { connection } = session
  if (connection.state.value !== 'online') {
    become(session, jwt)
    return connection.hurry()
  }
  const answer = await connection.request('identify', { jwt })
  if ('error' in answer) throw new Error(answer.error.message)
  become(session, jwt)
  welcomed(session, answer)
  void flush(session)
}

function become(session: Session, jwt: string) {
  const { keep, outbox } = session
  const unsent = session.jwt === undefined ? outbox.list.value.filter((one) => one.seq === undefined) : []
  for (const { key } of unsent) outbox.remove(key)
  session.jwt = jwt
  keep.own(personOf(jwt))
  outbox.reload()
  for (const one of unsent) outbox.add(one)
}

function signOut(session: Session) {
  forget(session)
  session.jwt = undefined
  session.keep.own(undefined)
  forget(session)
  session.tabs.tell({ kind: 'forget' })
  session.connection.restart()
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
