import { toHutongError } from '@hutong/core/errors'
import { type ReadonlySignal, signal } from '@preact/signals'
import type { Api, Aside } from './api.ts'
import type { Preferences } from './preferences.ts'

/** What channels could not take into a conversation. */
export interface SetAside {
  readonly all: ReadonlySignal<readonly Aside[]>
  /** What is being tried again now. */
  readonly busy: ReadonlySignal<ReadonlySet<string>>
  /** What came of the last thing that was done. */
  readonly outcome: ReadonlySignal<Outcome | undefined>
  /** Asks for the list; what cannot be had leaves it as it was. */
  load(): Promise<void>
  /** Tries to take it once more. */
  retry(one: Aside): Promise<void>
  discard(one: Aside): Promise<void>
  close(): void
}

export interface Outcome {
  text: string
  tone: 'plain' | 'bad'
}

export interface SetAsideOptions {
  api: Pick<Api, 'aside' | 'retryAside' | 'discardAside'>
  preferences: Pick<Preferences, 'words'>
}

const EVERY_MS = 120_000

export function createSetAside({ api, preferences }: SetAsideOptions): SetAside {
  const all = signal<readonly Aside[]>([])
  const busy = signal<ReadonlySet<string>>(new Set())
  const outcome = signal<Outcome | undefined>()
  const timer = setInterval(() => void load(), EVERY_MS)

  async function load() {
    all.value = await api.aside().then(
      ({ items }) => items,
      () => all.peek(),
    )
  }

  async function settle(one: Aside, work: () => Promise<void>, done: 'asideTaken' | 'asideDiscarded') {
    outcome.value = undefined
    busy.value = new Set(busy.peek()).add(one.id)
    try {
      await work()
      outcome.value = { text: preferences.words.peek()[done], tone: 'plain' }
    } catch (thrown) {
      outcome.value = { text: preferences.words.peek().failed(toHutongError(thrown).message), tone: 'bad' }
    }
    await load()
    busy.value = new Set([...busy.peek()].filter((id) => id !== one.id))
  }

  return {
    all,
    busy,
    outcome,
    load,
    retry: (one) => settle(one, () => api.retryAside(one), 'asideTaken'),
    discard: (one) => settle(one, () => api.discardAside(one), 'asideDiscarded'),
    close: () => clearInterval(timer),
  }
}
