import type { Visit } from '@hutong/core/conversation'
import type { Attributes } from '@hutong/core/entry'

/** The page as the agent may know it: without query and fragment, which carry secrets on too many sites. */
export function pageVisit(attributes: Attributes): Visit {
  const { origin, pathname } = location
  const referrer = URL.parse(document.referrer)
  return {
    url: cut(origin + pathname, 2_048),
    title: cut(document.title, 255),
    ...(referrer && { referrer: cut(referrer.origin + referrer.pathname, 2_048) }),
    device: cut(navigator.userAgent, 255),
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    ...(Object.keys(attributes).length > 0 && { attributes }),
  }
}

function cut(text: string, length: number): string {
  return text.slice(0, length)
}

/** Calls `moved` when a single-page site shows another page. */
export function watchPage(moved: () => void): () => void {
  const target: EventTarget = 'navigation' in window ? window.navigation : window
  const event = 'navigation' in window ? 'currententrychange' : 'popstate'
  target.addEventListener(event, moved)
  return () => target.removeEventListener(event, moved)
}
