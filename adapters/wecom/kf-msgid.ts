import { createHash } from 'node:crypto'

/**
 * Ids of messages that we choose: at most 32 characters of [0-9A-Za-z_-], unique in the account, the same for the same key. A delivery
 * of several messages has the id of its last one, which the others begin with.
 */

const LENGTH = 28

export function msgidOf(channel: string, key: string): string {
  return createHash('sha256').update(`${channel}\n${key}`).digest('base64url').slice(0, LENGTH)
}

export function earlierId(id: string, index: number): string {
  return `${id}_${index}`
}

/** The id of the delivery that a message belongs to. */
export function deliveryOf(id: string): string {
  return id.slice(0, LENGTH)
}
