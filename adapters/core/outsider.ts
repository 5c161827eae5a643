import type { Participant } from './entry.ts'

const OUTSIDER = 'outsider:'

/** Somebody who writes into a conversation and is not, or is not proven to be, its contact. */
export function outsider(address: string, { unproven }: Pick<Participant, 'unproven'> = {}): Participant {
  const id = `${OUTSIDER}${address}`.slice(0, 128)
  return { kind: 'contact', id, name: address.slice(0, 128), ...(unproven && { unproven }) }
}

export function isOutsider({ kind, id }: Participant): boolean {
  return kind === 'contact' && id.startsWith(OUTSIDER)
}
