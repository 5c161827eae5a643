import type { Refused } from '@hutong/core/wire'
import type { OpenLink } from './link.ts'

/**
 * What to do when no WebSocket opens. The browser hides why: a relay that is there and knows no such site or origin is told to the page's
 * developer and given up, anything else may be a network that wants polling.
 */
export async function otherWay(relay: string, site: string): Promise<OpenLink | Refused> {
  const mistake = await mistakeOf(relay, site)
  if (mistake === undefined) return (await import('./stock.ts')).openStockLink
  console.warn(`Hutong: ${mistake}`)
  return { error: { code: 'forbidden', message: mistake, retryable: false } }
}

async function mistakeOf(relay: string, site: string): Promise<string | undefined> {
  const query = new URLSearchParams({ site, origin: location.origin })
  const answer = await fetch(`${relay}/channels/web/site?${query}`).catch(() => undefined)
  if (!answer?.ok) return undefined
  const knows = (await answer.json()) as { site: boolean; origin: boolean }
  if (!knows.site)
    return `${relay} has no site "${site}". Check the site key of this page (data-site, or site of createWidget) against "sites" in the relay's configuration.`
  if (!knows.origin)
    return `site "${site}" is not set up for this page. Add "${location.origin}" to the site's "origins" in the configuration of ${relay}.`
  return undefined
}
