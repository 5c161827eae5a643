import { effect, type ReadonlySignal } from './signals.ts'

/** Puts the number of unread messages in front of the page's title while the page is out of sight. */
export function titleCount(unread: ReadonlySignal<number>): () => void {
  let shown = ''
  function take() {
    if (shown && document.title.startsWith(shown)) document.title = document.title.slice(shown.length)
    shown = ''
  }
  function put() {
    take()
    if (!document.hidden || unread.value === 0) return
    shown = `(${unread.value}) `
    document.title = shown + document.title
  }
  const stop = effect(put)
  document.addEventListener('visibilitychange', put)
  return () => {
    stop()
    document.removeEventListener('visibilitychange', put)
    take()
  }
}
