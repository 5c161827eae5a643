import { toHutongError } from '@hutong/core/errors'
import { type ReadonlySignal, signal } from '@preact/signals'
import type { Api, Aside } from './api.ts'
import type { Notices } from './notices.ts'
import type { Preferences } from './preferences.ts'

/** What channels could not take into a conversation. */
export interface SetAside {
  readonly all: ReadonlySignal<readonly Aside[]>
  /** What is being tried again now. */
  readonly busy: ReadonlySignal<ReadonlySet<string>>
  /** Asks for the list; what cannot be had leaves it as it was. */
  load(): Promise<void>
  /** Tries to take it once more; says what came of it. */
  retry(one: Aside): Promise<void>
  discard(one: Aside): Promise<void>
  close(): void
}

export interface SetAsideOptions {
  api: Pick<Api, 'aside' | 'retryAside' | 'discardAside'>
  notices: Notices
  preferences: Pick<Preferences, 'words'>
}

const EVERY_MS = 120_000

export function createSetAside({ api, notices, preferences }: SetAsideOptions): SetAside {
  const all = signal<readonly Aside[]>([])
  const busy = signal<ReadonlySet<string>>(new Set())
  const timer = setInterval(() => void load(), EVERY_MS)

  async function load() {
    all.value = await api.aside().then(
      ({ items }) => items,
      () => all.peek(),
    )
  }

  async function settle(one: Aside, work: () => Promise<void>, done: 'asideTaken' | 'asideDiscarded') {
    busy.value = new Set(busy.peek()).add(one.id)
    try {
      await work()
      notices.show({ text: preferences.words.peek()[done] })
    } catch (thrown) {
      notices.show({ text: preferences.words.peek().failed(toHutongError(thrown).message), tone: 'bad' })
    }
    await load()
    busy.value = new Set([...busy.peek()].filter((id) => id !== one.id))
  }

  return {
    all,
    busy,
    load,
    retry: (one) => settle(one, () => api.retryAside(one), 'asideTaken'),
    discard: (one) => settle(one, () => api.discardAside(one), 'asideDiscarded'),
    close: () => clearInterval(timer),
  }
}
