import type { Contact, Cursor } from '@hutong/core/conversation'
import type { Entry, Participant } from '@hutong/core/entry'
import type { Signal as Passing } from '@hutong/core/signal'
import { computed, type ReadonlySignal, signal } from '@preact/signals'
import type { Api } from './api.ts'

export interface Typing {
  from: Participant
  preview?: string | undefined
}

export interface Streaming {
  from: Participant
  key: string
  text: string
}

/** One conversation as it is looked at: a piece of its log without holes, up to the newest entry. */
export interface Thread {
  readonly id: string
  readonly state: ReadonlySignal<'loading' | 'ready' | 'failed'>
  readonly entries: ReadonlySignal<readonly Entry[]>
  /** Whether there is more above the first entry held. */
  readonly older: ReadonlySignal<boolean>
  readonly contact: ReadonlySignal<Contact | undefined>
  /** How far the contact's devices have received and read. */
  readonly reached: ReadonlySignal<{ delivered: number; read: number }>
  readonly typing: ReadonlySignal<readonly Typing[]>
  readonly streaming: ReadonlySignal<readonly Streaming[]>
  readonly present: ReadonlySignal<boolean | undefined>
  load(): Promise<void>
  loadOlder(): Promise<void>
  /** Asks for what came after the newest entry held. */
  catchUp(): Promise<void>
  add(entry: Entry): void
  hear(signal: Passing): void
  setContact(contact: Contact): void
}

const PAGE = 50
/** A hint of typing that is not repeated is over after this time. */
const TYPING_MS = 8_000

export function createThread(api: Api, id: string): Thread {
  const state = signal<'loading' | 'ready' | 'failed'>('loading')
  const entries = signal<readonly Entry[]>([])
  const contact = signal<Contact | undefined>()
  const cursors = signal<ReadonlyMap<string, Cursor>>(new Map())
  const hints = createHints()
  const early = new Map<number, Entry>()
  let asking: Promise<void> | undefined

  const last = () => entries.peek().at(-1)?.seq ?? 0

  function append(fresh: readonly Entry[]) {
    const all = [...entries.peek()]
    for (const one of fresh) if (one.seq > (all.at(-1)?.seq ?? 0)) early.set(one.seq, one)
    for (let seq = (all.at(-1)?.seq ?? 0) + 1; early.has(seq); seq += 1) {
      const one = early.get(seq)
      early.delete(seq)
      if (one) all.push(one)
    }
    for (const seq of early.keys()) if (seq <= (all.at(-1)?.seq ?? 0)) early.delete(seq)
    if (all.length > entries.peek().length) entries.value = all
  }

  async function fetchAfter() {
    let more = true
    while (more) {
      const page = await api.entries(id, { after: last(), limit: 100 })
      append(page.items)
      more = page.next !== undefined && page.items.length > 0
    }
  }

  function catchUp(): Promise<void> {
    if (state.peek() !== 'ready') return Promise.resolve()
    asking ??= fetchAfter().finally(() => {
      asking = undefined
    })
    return asking
  }

  async function load() {
    try {
      const opened = await api.conversation(id)
      const page = await api.entries(id, { before: opened.conversation.last + 1, limit: PAGE })
      contact.value = opened.contact
      cursors.value = new Map(opened.cursors.map((one) => [one.participant.id, one]))
      entries.value = page.items
      state.value = 'ready'
      append([])
      if (early.size > 0) await catchUp()
    } catch {
      if (state.peek() === 'loading') state.value = 'failed'
    }
  }

  return {
    id,
    state,
    entries,
    contact,
    load,
    catchUp,
    older: computed(() => (entries.value[0]?.seq ?? 1) > 1),
    reached: computed(() => {
      const theirs = [...cursors.value.values()].filter((one) => one.participant.kind === 'contact')
      return {
        delivered: Math.max(0, ...theirs.map((one) => one.delivered)),
        read: Math.max(0, ...theirs.map((one) => one.read)),
      }
    }),
    typing: hints.typing,
    streaming: hints.streaming,
    present: hints.present,
    async loadOlder() {
      const first = entries.peek()[0]?.seq ?? 1
      if (first <= 1) return
      const page = await api.entries(id, { before: first, limit: PAGE })
      if (entries.peek()[0]?.seq === first) entries.value = [...page.items, ...entries.peek()]
    },
    add(entry) {
      if (state.peek() !== 'ready') return void early.set(entry.seq, entry)
      hints.settle(entry)
      append([entry])
      if (early.size > 0) void catchUp().catch(() => undefined)
    },
    hear(heard) {
      if (heard.kind === 'cursor') {
        const { from, delivered, read } = heard
        cursors.value = new Map(cursors.peek()).set(from.id, { participant: from, delivered, read })
      } else if (heard.kind === 'visit' && contact.peek()) {
        contact.value = { ...(contact.peek() as Contact), visit: heard.visit }
      } else hints.hear(heard)
    },
    setContact(fresh) {
      contact.value = fresh
    },
  }
}

/** What passes: who is writing, what a bot is saying just now, whether the contact is there. */
function createHints() {
  const writers = signal<ReadonlyMap<string, Typing>>(new Map())
  const streams = signal<ReadonlyMap<string, Streaming>>(new Map())
  const present = signal<boolean | undefined>()
  const timers = new Map<string, ReturnType<typeof setTimeout>>()

  function stop(id: string) {
    clearTimeout(timers.get(id))
    const left = new Map(writers.peek())
    if (left.delete(id)) writers.value = left
  }

  return {
    typing: computed(() => [...writers.value.values()]),
    streaming: computed(() => [...streams.value.values()]),
    present,
    hear(heard: Passing) {
      const { from } = heard
      if (heard.kind === 'presence' && from.kind === 'contact') present.value = heard.online
      if (heard.kind === 'stream')
        streams.value = new Map(streams.peek()).set(heard.key, { from, key: heard.key, text: heard.text })
      if (heard.kind !== 'typing') return
      stop(from.id)
      if (!heard.on) return
      writers.value = new Map(writers.peek()).set(from.id, { from, preview: heard.preview })
      timers.set(
        from.id,
        setTimeout(() => stop(from.id), TYPING_MS),
      )
    },
    /** The entry has arrived that was being written. */
    settle({ key, from, body }: Entry) {
      if (body.kind === 'message') stop(from.id)
      const left = new Map(streams.peek())
      if (left.delete(key)) streams.value = left
    },
  }
}
