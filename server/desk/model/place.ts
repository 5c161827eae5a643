import { type ReadonlySignal, signal } from '@preact/signals'

/** Where the agent is, kept in the address so that reload and the back button work. */
export interface Place {
  readonly conversation: ReadonlySignal<string | undefined>
  go(conversation: string | undefined): void
  close(): void
}

export function createPlace(
  view: Pick<Window, 'location' | 'history' | 'addEventListener' | 'removeEventListener'>,
): Place {
  const read = () => /^#\/c\/([\w-]{1,64})$/.exec(view.location.hash)?.[1]
  const conversation = signal(read())
  const follow = () => {
    conversation.value = read()
  }
  view.addEventListener('popstate', follow)
  view.addEventListener('hashchange', follow)
  return {
    conversation,
    go(id) {
      if (id === conversation.peek()) return
      // From one conversation to the next the list stays one step back.
      const method = id !== undefined && conversation.peek() !== undefined ? 'replaceState' : 'pushState'
      view.history[method](null, '', id === undefined ? '#/' : `#/c/${id}`)
      conversation.value = id
    },
    close() {
      view.removeEventListener('popstate', follow)
      view.removeEventListener('hashchange', follow)
    },
  }
}
