import { mayEnter } from '../auth.ts'
import { type Operation, operation } from './operation.ts'
import { listOf } from './page.ts'
import { site } from './schemas.ts'

export interface ListedSite {
  key: string
  id?: string | undefined
  name: string
  routing: readonly string[]
  ratings?: object | undefined
}

/** What is watched of a site, or of all of them. */
export interface WatchedSite {
  site?: string | undefined
  answerMs?: number | undefined
}

/** The configured sites, as far as they exist for whoever asks. */
export function siteOperation(sites: readonly ListedSite[], watched: readonly WatchedSite[] = []): Operation {
  const known = sites.map(({ key, id = key, name, routing, ratings }) => ({
    id,
    key,
    name,
    backends: [...new Set(routing)].filter((step) => step !== 'desk'),
    ...(ratings && { asksRatings: true as const }),
    ...answerTime(watched.filter(({ site = key }) => site === key)),
  }))
  return operation({
    method: 'get',
    path: '/v1/sites',
    access: 'actor',
    id: 'listSites',
    tag: 'sites',
    summary: 'The sites that exist for you, each with the backends that answer there',
    answer: listOf(site),
    handle: async ({ actor }) => ({ items: known.filter(({ id }) => mayEnter(actor, id)) }),
  })
}

/** The shortest that somebody is told of. */
function answerTime(watched: readonly WatchedSite[]): { answerMs?: number } {
  const times = watched.flatMap(({ answerMs }) => answerMs ?? [])
  return times.length === 0 ? {} : { answerMs: Math.min(...times) }
}
