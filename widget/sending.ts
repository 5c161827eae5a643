import type { ContactBody } from '@hutong/core/entry'
import { newId } from '@hutong/core/ids'
import type { Part } from '@hutong/core/parts'
import { readToken } from './keep.ts'
import type { Outgoing } from './outbox.ts'
import { catchUp, me, received, type Session, saveCache, watch } from './session.ts'

/** Wait after a retryable refusal that names no time, doubled each time, in milliseconds. */
const PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 30_000

export function say(session: Session, body: ContactBody, key = newId('k')) {
  session.outbox.add({ key, body, at: Date.now() })
  void flush(session)
}

/** Sends what waits, in order, in one tab at a time; stops when the line is down and is called again when it is up. */
export async function flush(session: Session) {
  if (!session.outbox.next()) return
  await session.tabs.alone(async () => {
    let pause = PAUSE_MS
    for (;;) {
      session.outbox.reload()
      const next = session.outbox.next()
      if (!next || session.connection.state.value !== 'online' || !owned(session)) return
      const answer = await session.connection.request('send', { key: next.key, body: next.body })
      if (!('error' in answer)) {
        pause = PAUSE_MS
        acknowledged(session, { outgoing: next, ...answer })
        const { conversation } = session
        if (conversation) session.tabs.tell({ kind: 'acknowledged', conversation, outgoing: next, ...answer })
      } else if (!answer.error.retryable) session.outbox.fail(next.key, answer.error)
      else if (session.connection.state.value === 'online') {
        await sleep(answer.error.retryAfter ?? pause)
        pause = Math.min(LONGEST_PAUSE_MS, pause * 2)
      }
    }
  })
}

/** Keeps the token before anything is sent with it: a message under a token that is lost could not be found again. */
function owned(session: Session): boolean {
  const { keep, token, jwt } = session
  if (jwt) return true
  const kept = readToken(keep)
  if (kept && kept !== token) {
    session.token = kept
    session.connection.restart()
    return false
  }
  if (!kept && token) {
    keep.set('token', token)
    session.tabs.tell({ kind: 'token' })
  }
  return token !== undefined
}

export function acknowledged(session: Session, sent: { outgoing: Outgoing; seq: number; at: number }) {
  const { outgoing, seq, at } = sent
  const { log, outbox, conversation } = session
  outbox.acknowledged(outgoing, seq)
  session.known = Math.max(session.known, seq)
  if (seq === log.have() + 1 && conversation) {
    const entry = { conversation, seq, key: outgoing.key, at, from: me(session), body: outgoing.body }
    received(session, { conversation, entries: [entry], last: session.known })
  } else if (seq > log.have() && conversation) void catchUp(session)
  else watch(session)
  outbox.arrived(log.have())
  saveCache(session)
}

export function asParts(text: string): Part[] {
  return [{ kind: 'text', text, format: 'plain' }]
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
