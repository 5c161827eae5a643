import type { ContactBody } from '@hutong/core/entry'
import type { WireError } from '@hutong/core/errors'
import { newId } from '@hutong/core/ids'
import type { Part, PartInput } from '@hutong/core/parts'
import type { MessageItem, Upload } from './chat.ts'
import type { Outgoing } from './outbox.ts'
import { catchUp, me, received, type Session, saveCache, watch } from './session.ts'
import { refused, type Uploading, uploadFile } from './upload.ts'

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
      else {
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
  const kept = keep.get<string>('token')
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

export function asParts(content: string | readonly PartInput[]): Part[] {
  if (typeof content === 'string') return [{ kind: 'text', text: content, format: 'plain' }]
  return content.map(whole)
}

/** The part with the defaults the relay would fill in. */
function whole(part: PartInput): Part {
  switch (part.kind) {
    case 'text':
      return { ...part, format: part.format ?? 'plain' }
    case 'card':
      return { ...part, buttons: part.buttons ?? [] }
    case 'rating':
      return { ...part, scale: part.scale ?? 'csat' }
    case 'form':
      return {
        ...part,
        fields: part.fields.map((one) => ({ ...one, type: one.type ?? 'text', required: one.required ?? false })),
      }
    default:
      return part
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Files on their way; they live in this page only. */
export interface Files {
  add(file: File): Upload
  /** True when `key` was a file of ours. */
  retry(key: string): boolean
  discard(key: string): boolean
  close(): void
}

export function createFiles(session: Session, relay: { relay: string; site: string }): Files {
  const under = new Map<string, { file: File; url: string; uploading?: Uploading }>()
  const show = (key: string, change: Partial<MessageItem>) => {
    session.uploads.value = session.uploads.value.map((one) => (one.key === key ? { ...one, ...change } : one))
  }
  function drop(key: string): boolean {
    const one = under.get(key)
    if (!one) return false
    under.delete(key)
    one.uploading?.cancel()
    URL.revokeObjectURL(one.url)
    session.uploads.value = session.uploads.value.filter((item) => item.key !== key)
    return true
  }
  async function start(key: string) {
    const one = under.get(key)
    if (!one) return
    const limit = session.site.value?.uploads.maxBytes ?? Number.POSITIVE_INFINITY
    if (one.file.size > limit) return failed(key, refused('too_large', `at most ${limit} bytes`).error)
    const { token, jwt } = session
    one.uploading = uploadFile({ ...relay, token, jwt }, one.file, (progress) => show(key, { progress }))
    const answer = await one.uploading.done
    if (!under.has(key)) return
    if ('error' in answer) return failed(key, answer.error)
    say(session, { kind: 'message', parts: [answer.part] }, key)
    drop(key)
  }
  function failed(key: string, error: WireError) {
    show(key, { state: 'failed', error })
  }
  return {
    add(file) {
      const key = newId('k')
      const url = URL.createObjectURL(file)
      under.set(key, { file, url })
      session.uploads.value = [...session.uploads.value, rowOf(session, { key, file, url })]
      void start(key)
      return { key, cancel: () => void drop(key) }
    },
    retry(key) {
      if (!under.has(key)) return false
      session.uploads.value = session.uploads.value.map(({ error, ...one }) =>
        one.key === key ? { ...one, state: 'uploading', progress: 0 } : { ...one, ...(error && { error }) },
      )
      void start(key)
      return true
    },
    discard: drop,
    close: () => [...under.keys()].forEach(drop),
  }
}

function rowOf(session: Session, { key, file, url }: { key: string; file: File; url: string }): MessageItem {
  const kind = /^(image|audio|video)\//.exec(file.type)?.[1] as 'image' | 'audio' | 'video' | undefined
  return {
    kind: 'message',
    key,
    at: Date.now(),
    from: me(session),
    mine: true,
    parts: [{ kind: kind ?? 'file', url, name: file.name, type: file.type, bytes: file.size }],
    state: 'uploading',
    progress: 0,
    edited: false,
    recalled: false,
    reactions: [],
  }
}
