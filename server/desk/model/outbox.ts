import type { ActionInput } from '@hutong/core/backend'
import { type HutongError, toHutongError } from '@hutong/core/errors'
import { newId } from '@hutong/core/ids'
import type { Part } from '@hutong/core/parts'
import { computed, type ReadonlySignal, signal } from '@preact/signals'
import type { Api } from './api.ts'

export type Draft = { kind: 'reply'; parts: Part[]; replyTo?: number } | { kind: 'note'; text: string }

/** Something of ours that the log does not show yet. */
export interface Pending {
  conversation: string
  key: string
  at: number
  draft: Draft
  /** `sent`: the relay has it and the log will bring it; `waiting`: to be tried again by itself. */
  state: 'sending' | 'waiting' | 'failed' | 'sent'
  error?: HutongError
}

export interface Outbox {
  readonly pending: ReadonlySignal<readonly Pending[]>
  /** Whether something would be lost if the page went away. */
  readonly unsaved: ReadonlySignal<boolean>
  send(conversation: string, draft: Draft): void
  retry(key: string): void
  discard(key: string): void
  /** The log has the entry of this key. */
  settle(key: string): void
  /** Tries at once what waits. */
  wake(): void
}

const FIRST_MS = 1_000
const LONGEST_MS = 15_000

/** Sends in the order of writing, conversation by conversation; the key makes a repeat nothing. */
export function createOutbox(api: Pick<Api, 'act'>, now: () => number = Date.now): Outbox {
  const pending = signal<readonly Pending[]>([])
  const busy = new Set<string>()
  let pause = FIRST_MS
  let timer: ReturnType<typeof setTimeout> | undefined

  function mark(key: string, change: Partial<Pending>) {
    pending.value = pending.peek().map((one) => (one.key === key ? { ...one, ...change } : one))
  }

  async function attempt(one: Pending): Promise<boolean> {
    mark(one.key, { state: 'sending' })
    try {
      await api.act(one.conversation, { key: one.key, actions: [actionOf(one)] })
      mark(one.key, { state: 'sent' })
      pause = FIRST_MS
      return true
    } catch (thrown) {
      const error = toHutongError(thrown)
      const again = error.retryable
      mark(one.key, { state: again ? 'waiting' : 'failed', error })
      if (again) later(error.retryAfter)
      return !again
    }
  }

  async function flush(conversation: string) {
    if (busy.has(conversation)) return
    busy.add(conversation)
    const first = () =>
      pending
        .peek()
        .find((one) => one.conversation === conversation && (one.state === 'sending' || one.state === 'waiting'))
    for (let one = first(); one && (await attempt(one)); one = first());
    busy.delete(conversation)
  }

  function later(after = 0) {
    clearTimeout(timer)
    timer = setTimeout(wake, Math.max(after, pause))
    pause = Math.min(LONGEST_MS, pause * 2)
  }

  function wake() {
    for (const id of new Set(pending.peek().map((one) => one.conversation))) void flush(id)
  }

  return {
    pending,
    unsaved: computed(() => pending.value.some((one) => one.state !== 'sent')),
    send(conversation, draft) {
      pending.value = [...pending.peek(), { conversation, draft, key: newId('k'), at: now(), state: 'sending' }]
      void flush(conversation)
    },
    retry(key) {
      const one = pending.peek().find((one) => one.key === key)
      if (!one) return
      mark(key, { state: 'waiting' })
      void flush(one.conversation)
    },
    discard(key) {
      pending.value = pending.peek().filter((one) => one.key !== key)
    },
    settle(key) {
      if (pending.peek().some((one) => one.key === key)) pending.value = pending.peek().filter((one) => one.key !== key)
    },
    wake,
  }
}

function actionOf({ key, draft }: Pending): ActionInput {
  if (draft.kind === 'note') return { kind: 'note', key, text: draft.text }
  const { parts, replyTo } = draft
  return { kind: 'reply', key, parts: parts.map(stored), ...(replyTo === undefined ? {} : { replyTo }) }
}

/** The relay signs links itself; what is kept is the file. */
function stored(part: Part): Part {
  if (!('file' in part) || part.file === undefined) return part
  const { url: _, ...rest } = part
  return rest
}
