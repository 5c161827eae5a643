import type { Host } from '@hutong/core/adapter'
import type { FindSite } from './site.ts'

/**
 * `GET /site?site=<key>&origin=<origin>` says whether there is such a site and whether it takes visitors from there: a browser hides from its
 * pages why a WebSocket was refused. It lets nobody in; who asks could as well try to connect.
 */
export function registerDoorstep({ route }: Pick<Host, 'route'>, sites: FindSite): void {
  route('GET', '/site', async (request) => {
    const asked = new URL(request.url).searchParams
    const site = sites(asked.get('site') ?? '')
    const knows = { site: site !== undefined, origin: site?.origins.includes(asked.get('origin') ?? '') ?? false }
    return Response.json(knows, { headers: { 'access-control-allow-origin': '*', 'cache-control': 'no-store' } })
  })
}
