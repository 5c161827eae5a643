import { probe, type Session, saveCache } from './session.ts'

/** A line that does not answer within so many milliseconds of the page coming back is taken for dead. */
const PROBE_MS = 4_000

/** Follows the browser's word on network and page: back at once when it is back, nothing held while the page sleeps. */
export function followBrowser(session: Session): () => void {
  if (typeof window === 'undefined') return () => {}
  const { connection } = session
  const stop = new AbortController()
  const hurry = () => connection.hurry()
  const sleep = () => connection.lose()
  function leave(event: Event) {
    saveCache(session)
    // A page that the browser keeps asleep must hold no line.
    if ((event as PageTransitionEvent).persisted) sleep()
  }
  function wake() {
    if (document.hidden) return
    if (connection.state.value === 'online') void probe(session, PROBE_MS)
    else hurry()
  }
  const heard: [target: EventTarget, event: string, run: (event: Event) => void][] = [
    [window, 'online', hurry],
    [window, 'offline', sleep],
    [window, 'pagehide', leave],
    [window, 'pageshow', (event) => (event as PageTransitionEvent).persisted && hurry()],
    [document, 'visibilitychange', wake],
  ]
  for (const [target, event, run] of heard) target.addEventListener(event, run, { signal: stop.signal })
  return () => stop.abort()
}
