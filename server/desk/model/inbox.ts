import type { Event } from '@hutong/core/backend'
import type { Contact } from '@hutong/core/conversation'
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import type { Api, Item } from './api.ts'
import { advanced, belongs, type Filter, inOrder } from './inbox-item.ts'
import { insist } from './insist.ts'

export interface Inbox {
  readonly filter: ReadonlySignal<Filter>
  readonly search: Signal<string>
  /** Whether what is looked for could not be asked. */
  readonly searchFailed: ReadonlySignal<boolean>
  /** What the chosen filter, or the search, shows. */
  readonly shown: ReadonlySignal<readonly Item[]>
  /** Those without an answer that this agent has, or anybody can take; who came first stands first. */
  readonly unanswered: ReadonlySignal<readonly Item[]>
  readonly counts: ReadonlySignal<Readonly<Record<Filter, number>>>
  readonly state: ReadonlySignal<'loading' | 'ready' | 'failed'>
  readonly more: ReadonlySignal<boolean>
  item(id: string): Item | undefined
  /** Shows another part of the list, and shows it again the next time. */
  choose(filter: Filter): void
  /** Reads the list anew. */
  load(): Promise<void>
  loadMore(): Promise<void>
  /** Never rejects: a failure is shown by `searchFailed`. */
  find(text: string): Promise<void>
  apply(event: Event): void
  setContact(contact: Contact): void
  /** Makes sure that the item is there, whatever page it would be on. */
  fetch(id: string): Promise<void>
  markRead(id: string): void
}

const PAGE = 100
/** Open conversations beyond this come page by page, on scrolling. */
const AT_ONCE = 500

/** `chosen`: the part an agent chose the last time; without it those who wait come first, if anybody does. */
export function createInbox(api: Api, me: string, chosen: Signal<Filter | undefined>): Inbox {
  const items = createItems()
  const first = signal<Filter>('all')
  const filter = computed(() => chosen.value ?? first.value)
  const state = signal<'loading' | 'ready' | 'failed'>('loading')
  const pages = createPages(api, items)
  const search = createSearch(api, items)
  const counts = computed(() => countsOf([...items.all.value.values()], me))
  const status = () => (filter.value === 'closed' ? 'closed' : 'open')

  async function load() {
    try {
      await pages.restart()
      if (state.peek() !== 'ready') first.value = counts.peek().waiting > 0 ? 'waiting' : 'all'
      state.value = 'ready'
    } catch {
      if (items.all.peek().size === 0) state.value = 'failed'
    }
  }

  async function fetch(id: string) {
    const { conversation, contact, cursors } = await api.conversation(id)
    const { items: entries } = await api.entries(id, { before: conversation.last + 1, limit: 50 })
    const read = cursors.find((one) => one.participant.id === me)?.read ?? 0
    const messages = entries.filter((one) => one.body.kind === 'message')
    const unread = messages.filter((one) => one.seq > read && one.from.kind === 'contact').length
    const latest = messages.at(-1) ?? entries.at(-1)
    items.put([{ conversation, contact, unread, ...(latest && { latest }) }])
  }

  return {
    filter,
    search: search.text,
    searchFailed: search.failed,
    state,
    load,
    fetch,
    find: search.find,
    shown: computed(() => {
      if (search.text.value.trim() !== '') return search.found.value.flatMap((id) => items.all.value.get(id) ?? [])
      const listed = [...items.all.value.values()].filter((one) => belongs(one, filter.value, me))
      return inOrder(listed, filter.value)
    }),
    unanswered: computed(() => {
      const ours = [...items.all.value.values()].filter(
        (one) => one.conversation.waitingSince !== null && (belongs(one, 'mine', me) || belongs(one, 'waiting', me)),
      )
      return inOrder(ours, 'waiting')
    }),
    counts,
    more: computed(() => search.text.value === '' && pages.next.value[status()] !== undefined),
    item: (id) => items.all.value.get(id),
    choose(wish) {
      chosen.value = wish
    },
    async loadMore() {
      if (pages.next.peek()[status()] !== undefined) await pages.read(status())
    },
    apply(event) {
      const known = items.all.peek().has(event.conversation)
      if (known) items.change(event.conversation, (item) => advanced(item, event))
      else void insist(() => fetch(event.conversation))
    },
    setContact(contact) {
      for (const [id, item] of items.all.peek())
        if (item.contact.id === contact.id) items.change(id, (one) => ({ ...one, contact }))
    },
    markRead: (id) => items.change(id, (item) => (item.unread === 0 ? item : { ...item, unread: 0 })),
  }
}

function countsOf(items: readonly Item[], me: string): Record<Filter, number> {
  const count = (filter: Filter) => items.filter((item) => belongs(item, filter, me)).length
  return {
    mine: count('mine'),
    waiting: count('waiting'),
    bot: count('bot'),
    all: count('all'),
    closed: count('closed'),
  }
}

type Items = ReturnType<typeof createItems>

/** The conversations known so far; what is older than what is known changes nothing. */
function createItems() {
  const all = signal<ReadonlyMap<string, Item>>(new Map())
  return {
    all,
    put(fresh: readonly Item[]) {
      const after = new Map(all.peek())
      for (const one of fresh) {
        const known = after.get(one.conversation.id)
        if (!known || known.conversation.last <= one.conversation.last) after.set(one.conversation.id, one)
      }
      all.value = after
    },
    change(id: string, changed: (item: Item) => Item) {
      const before = all.peek().get(id)
      const after = before && changed(before)
      if (after && after !== before) all.value = new Map(all.peek()).set(id, after)
    },
  }
}

function createPages(api: Api, items: Items) {
  const next = signal<{ open?: string | undefined; closed?: string | undefined }>({})

  async function read(status: 'open' | 'closed') {
    const cursor = next.peek()[status]
    const page = await api.conversations({ status, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) })
    items.put(page.items)
    next.value = { ...next.peek(), [status]: page.next }
  }

  return {
    next,
    read,
    async restart() {
      next.value = {}
      await Promise.all([read('open'), read('closed')])
      while (next.peek().open !== undefined && items.all.peek().size < AT_ONCE) await read('open')
    },
  }
}

function createSearch(api: Api, items: Items) {
  const text = signal('')
  const found = signal<readonly string[]>([])
  const failed = signal(false)
  let wishes = 0
  return {
    text,
    found,
    failed,
    /** The latest wish wins, whatever order the answers come in. */
    async find(words: string) {
      text.value = words
      failed.value = false
      wishes += 1
      const wish = wishes
      if (words.trim() === '') return
      try {
        const page = await api.conversations({ text: words, limit: 50 })
        if (wish !== wishes) return
        items.put(page.items)
        found.value = page.items.map((one) => one.conversation.id)
      } catch {
        if (wish === wishes) failed.value = true
      }
    },
  }
}
