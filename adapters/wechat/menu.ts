import type { Host } from '@hutong/core/adapter'
import type { Client } from './client.ts'

/** A button below the conversation: with a `key` its press is said as the customer's words, the others open something. */
export type MenuButton =
  | { name: string; key: string }
  | { name: string; url: string }
  | { name: string; appId: string; page: string; url: string }
  | { name: string; buttons: readonly MenuButton[] }

/** As the platform writes it. */
export interface PlatformButton {
  readonly [field: string]: unknown
}

const LEASE_MS = 20_000

/** Puts the menu up where another one is there. One node does it. */
export async function putUpMenu(
  buttons: readonly MenuButton[],
  host: Pick<Host, 'lease'>,
  client: Pick<Client, 'menu' | 'putMenu'>,
): Promise<void> {
  const lease = await host.lease('menu', LEASE_MS)
  if (lease === undefined) return
  try {
    const wanted = buttons.map(written)
    if (JSON.stringify(wanted.map(bare)) !== JSON.stringify((await client.menu()).map(bare)))
      await client.putMenu(wanted)
  } finally {
    await lease.release()
  }
}

/** What is said when a button is pressed, by its key. */
export function labelsOf(buttons: readonly MenuButton[]): ReadonlyMap<string, string> {
  const leaves = buttons.flatMap((one) => ('buttons' in one ? one.buttons : [one]))
  return new Map(leaves.flatMap((one) => ('key' in one ? [[one.key, one.name] as const] : [])))
}

/** https://developers.weixin.qq.com/doc/service/api/custommenu/api_createcustommenu.html */
function written(one: MenuButton): PlatformButton {
  const { name } = one
  if ('buttons' in one) return { name, sub_button: one.buttons.map(written) }
  if ('key' in one) return { type: 'click', name, key: one.key }
  if ('page' in one) return { type: 'miniprogram', name, url: one.url, appid: one.appId, pagepath: one.page }
  return { type: 'view', name, url: one.url }
}

const FIELDS = ['type', 'name', 'key', 'url', 'appid', 'pagepath']

/** In one order, without the empty lists that the platform adds. */
function bare(one: PlatformButton): unknown {
  const inside = Array.isArray(one.sub_button) ? one.sub_button.map(bare) : []
  const fields = FIELDS.flatMap((name) => (one[name] === undefined ? [] : [[name, one[name]]]))
  return inside.length > 0 ? [one.name, inside] : fields
}
