import type { Event } from '@hutong/core/backend'
import type { Contact } from '@hutong/core/conversation'
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import type { Api, Item } from './api.ts'
import { advanced, belongs, FILTERS, type Filter, inOrder } from './inbox-item.ts'

export interface Inbox {
  readonly filter: Signal<Filter>
  readonly search: Signal<string>
  /** What the chosen filter, or the search, shows. */
  readonly shown: ReadonlySignal<readonly Item[]>
  readonly counts: ReadonlySignal<Readonly<Record<Filter, number>>>
  readonly state: ReadonlySignal<'loading' | 'ready' | 'failed'>
  readonly more: ReadonlySignal<boolean>
  item(id: string): Item | undefined
  /** Reads the list anew. */
  load(): Promise<void>
  loadMore(): Promise<void>
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

export function createInbox(api: Api, me: string): Inbox {
  const items = signal<ReadonlyMap<string, Item>>(new Map())
  const filter = signal<Filter>('all')
  const search = signal('')
  const found = signal<readonly string[]>([])
  const state = signal<'loading' | 'ready' | 'failed'>('loading')
  const next = signal<{ open?: string | undefined; closed?: string | undefined }>({})
  let searches = 0

  function put(fresh: readonly Item[]) {
    const all = new Map(items.peek())
    for (const one of fresh) {
      const known = all.get(one.conversation.id)
      if (!known || known.conversation.last <= one.conversation.last) all.set(one.conversation.id, one)
    }
    items.value = all
  }

  function change(id: string, changed: (item: Item) => Item) {
    const before = items.peek().get(id)
    if (!before) return
    const after = changed(before)
    if (after !== before) items.value = new Map(items.peek()).set(id, after)
  }

  async function page(status: 'open' | 'closed') {
    const cursor = next.peek()[status]
    const answer = await api.conversations({ status, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) })
    put(answer.items)
    next.value = { ...next.peek(), [status]: answer.next }
  }

  async function fetch(id: string) {
    const { conversation, contact, cursors } = await api.conversation(id)
    const { items: entries } = await api.entries(id, { before: conversation.last + 1, limit: 50 })
    const read = cursors.find((one) => one.participant.id === me)?.read ?? 0
    const messages = entries.filter((one) => one.body.kind === 'message')
    const unread = messages.filter((one) => one.seq > read && one.from.id !== me).length
    const latest = messages.at(-1) ?? entries.at(-1)
    put([{ conversation, contact, unread, ...(latest && { latest }) }])
  }

  const shown = computed(() => {
    const all = items.value
    if (search.value.trim() !== '') return found.value.flatMap((id) => all.get(id) ?? [])
    const chosen = filter.value
    return inOrder(
      [...all.values()].filter((one) => belongs(one, chosen, me)),
      chosen,
    )
  })
  const counts = computed(() => {
    const all = [...items.value.values()]
    const count = (one: Filter) => all.filter((item) => belongs(item, one, me)).length
    return Object.fromEntries(FILTERS.map((one) => [one, count(one)])) as Record<Filter, number>
  })

  return {
    filter,
    search,
    shown,
    counts,
    state,
    more: computed(
      () => search.value === '' && next.value[filter.value === 'closed' ? 'closed' : 'open'] !== undefined,
    ),
    item: (id) => items.value.get(id),
    fetch,
    async load() {
      next.value = {}
      try {
        await Promise.all([page('open'), page('closed')])
        while (next.peek().open !== undefined && items.peek().size < AT_ONCE) await page('open')
        state.value = 'ready'
      } catch {
        if (items.peek().size === 0) state.value = 'failed'
      }
    },
    async loadMore() {
      const status = filter.peek() === 'closed' ? 'closed' : 'open'
      if (next.peek()[status] !== undefined) await page(status)
    },
    async find(text) {
      search.value = text
      searches += 1
      const wish = searches
      if (text.trim() === '') return
      const answer = await api.conversations({ text, limit: 50 })
      if (wish !== searches) return
      put(answer.items)
      found.value = answer.items.map((one) => one.conversation.id)
    },
    apply(event) {
      if (items.peek().has(event.conversation)) change(event.conversation, (item) => advanced(item, event, me))
      else void fetch(event.conversation).catch(() => undefined)
    },
    setContact(contact) {
      const all = new Map(items.peek())
      for (const [id, item] of all) if (item.contact.id === contact.id) all.set(id, { ...item, contact })
      items.value = all
    },
    markRead: (id) => change(id, (item) => (item.unread === 0 ? item : { ...item, unread: 0 })),
  }
}
