import { probe, type Session, saveCache } from './session.ts'

/** A line that does not answer within so many milliseconds of the page coming back is taken for dead. */
const PROBE_MS = 4_000

/** Follows the browser's word on network and page: back at once when it is back, nothing held while the page sleeps. */
export function followBrowser(session: Session): () => void {
  if (typeof window === 'undefined') return () => {}
  const { connection } = session
  const stop = new AbortController()
  const { signal } = stop
  const wake = () => {
    if (document.visibilityState !== 'visible') return
    if (connection.state.value === 'online') void probe(session, PROBE_MS)
    else connection.hurry()
  }
  window.addEventListener('online', () => connection.hurry(), { signal })
  window.addEventListener('offline', () => connection.lose(), { signal })
  document.addEventListener('visibilitychange', wake, { signal })
  window.addEventListener(
    'pagehide',
    ({ persisted }) => {
      saveCache(session)
      if (persisted) connection.lose()
    },
    { signal },
  )
  window.addEventListener('pageshow', ({ persisted }) => persisted && connection.hurry(), { signal })
  return () => stop.abort()
}
