import { HutongError } from '@hutong/core/errors'
import type { KfPlace } from './kf-codec.ts'

/** A customer at an account: the same person at another account is another address. */
export function addressOf({ customer, openKfId }: KfPlace): string {
  return `${customer}@${openKfId}`
}

export function placeOf(address: string, accounts: readonly string[]): KfPlace {
  const at = address.lastIndexOf('@')
  const place = { customer: address.slice(0, at), openKfId: address.slice(at + 1) }
  if (at > 0 && accounts.includes(place.openKfId)) return place
  throw new HutongError('gone', 'this is no customer of an account of this channel')
}
