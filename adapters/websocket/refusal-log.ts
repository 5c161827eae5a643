import type { Logger } from '@hutong/core/adapter'

/** How long the same refusal is not told again, and how many different ones are remembered at once. */
const QUIET_MS = 60_000
const REMEMBERED = 200
const SHOWN_LENGTH = 200

export interface Refused {
  /** The site key that was asked for. */
  site: string | null
  origin: string | undefined
  /** Whether there is a site of that key. */
  known: boolean
}

/** Tells the operator who was turned away and what to do if that was wrong: once a minute for each site and origin, and never more than a bounded number of them. */
export function createRefusalLog(logger: Logger, now: () => number): (refused: Refused) => void {
  const told = new Map<string, number>()
  return ({ site, origin, known }) => {
    const shown = { site: shorten(site ?? ''), origin: shorten(origin ?? '') }
    const key = JSON.stringify(shown)
    const at = now()
    if (at - (told.get(key) ?? Number.NEGATIVE_INFINITY) < QUIET_MS) return
    for (const [one, before] of told) if (at - before >= QUIET_MS) told.delete(one)
    if (told.size >= REMEMBERED) return
    told.set(key, at)
    logger.warn({ ...shown, remedy: remedy(site, shown, known) }, 'refused a connection')
  }
}

function remedy(site: string | null, shown: { site: string; origin: string }, known: boolean): string {
  if (site === null)
    return `only pages of the relay itself may connect without a site key; set data-site at "${shown.origin}"`
  if (!known) return `there is no site "${shown.site}"; correct the page's data-site, or add the site to "sites"`
  return `if the page is yours, add "${shown.origin}" to the "origins" of site "${shown.site}"`
}

function shorten(text: string): string {
  return text.slice(0, SHOWN_LENGTH)
}
