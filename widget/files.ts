import type { WireError } from '@hutong/core/errors'
import type { Refused } from '@hutong/core/wire'
import type { MessageItem } from './chat.ts'
import { say } from './sending.ts'
import { me, type Session } from './session.ts'
import { refused, type Uploading, uploadFile } from './upload.ts'

/** Files on their way; they live in this page only. */
export interface Files {
  add(key: string, file: File): void
  /** False when `key` is no file of ours, as for the next. */
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
    const unfit = unfitFor(session, one.file)
    if (unfit) return failed(key, unfit.error)
    await whenOnline(session)
    const { token, jwt } = session
    one.uploading = uploadFile({ ...relay, token, jwt }, one.file, (progress) => show(key, { progress }))
    const answer = await one.uploading.done
    if (!under.has(key)) return
    if ('error' in answer) return failed(key, answer.error)
    say(session, { kind: 'message', parts: [answer.part] }, key)
    drop(key)
  }
  function failed(key: string, error: WireError) {
    const file = under.get(key)?.file
    // What will never be sent is told by its name, as the browser may not be able to draw it either.
    const parts = file && !error.retryable && [{ kind: 'file' as const, name: file.name, bytes: file.size }]
    show(key, { state: 'failed', error, ...(parts && { parts }) })
  }
  return {
    add(key, file) {
      const url = URL.createObjectURL(file)
      under.set(key, { file, url })
      session.uploads.value = [...session.uploads.value, rowOf(session, { key, file, url })]
      void start(key)
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

/** What the relay would say to it, as far as the site has told. */
function unfitFor({ site }: Session, { size, type }: File): Refused | undefined {
  const { maxBytes, types } = site.value?.uploads ?? {}
  if (maxBytes !== undefined && size > maxBytes)
    return refused('too_large', `a file may have ${maxBytes} bytes at most`)
  if (!types || !type || type === 'application/octet-stream') return undefined
  const isTaken = types.some((one) => one === '*/*' || one === type || one === type.replace(/\/.*/, '/*'))
  return isTaken ? undefined : refused('unsupported_type', `files of type ${type} are not accepted here`)
}

/** A file goes to a visitor's own account, so it waits until the relay has said who the visitor is. */
function whenOnline({ connection }: Session): Promise<void> {
  return new Promise((resolve) => {
    const stop = connection.state.subscribe((state) => {
      if (state !== 'online') return
      resolve()
      queueMicrotask(() => stop())
    })
  })
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
