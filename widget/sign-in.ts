import { forget, personOf } from './identity.ts'
import { flush } from './sending.ts'
import { type Session, welcomed } from './session.ts'

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
