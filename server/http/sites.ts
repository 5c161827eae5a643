import { z } from 'zod'
import { mayEnter } from '../auth.ts'
import { type Operation, operation } from './operation.ts'
import { site } from './schemas.ts'

export interface ListedSite {
  key: string
  id?: string | undefined
  name: string
  routing: readonly string[]
}

/** The configured sites, as far as they exist for whoever asks. */
export function siteOperation(sites: readonly ListedSite[]): Operation {
  const known = sites.map(({ key, id = key, name, routing }) => ({
    id,
    key,
    name,
    backends: [...new Set(routing)].filter((step) => step !== 'desk'),
  }))
  return operation({
    method: 'get',
    path: '/v1/sites',
    access: 'actor',
    id: 'listSites',
    tag: 'sites',
    summary: 'The sites that exist for you, each with the backends that answer there',
    answer: z.object({ items: z.array(site) }),
    handle: async ({ actor }) => ({ items: known.filter(({ id }) => mayEnter(actor, id)) }),
  })
}
