import { type Change, degrade } from '@hutong/core/degrade'
import type { Part } from '@hutong/core/parts'
import type { Channel, ClosedWay, Reach, Way } from './api.ts'

/** What becomes of a file that the channel cannot show as it is. */
export interface Altered {
  name: string | undefined
  as: 'file' | 'link'
  reason: 'kind' | 'size'
}

/** What will become of a reply, before it is sent. */
export interface Outlook {
  /** Where it is read, or waits to be read, before anything is sent. */
  read: Way | undefined
  /** Where it is sent. */
  sent: Way | undefined
  closed: readonly ClosedWay[]
  /** How many messages it makes where it is sent. */
  messages: number
  altered: readonly Altered[]
  /** How many messages the platform still takes, when that is fewer than it makes. */
  short: number | undefined
}

export function outlookOf(reach: Reach, parts: readonly Part[], channels: readonly Channel[]): Outlook {
  const [first] = reach.open
  const sent = reach.open.find(({ readsLog }) => !readsLog)
  const capabilities = channels.find(({ id }) => id === sent?.channel)?.capabilities
  const { messages, changes } = capabilities ? degrade(parts, capabilities) : { messages: [], changes: [] }
  return {
    read: first?.readsLog ? first : undefined,
    sent,
    closed: reach.closed,
    messages: messages.length,
    altered: changes.flatMap((change) => alteredOf(change, parts)),
    short: sent?.left !== undefined && sent.left < messages.length ? sent.left : undefined,
  }
}

function alteredOf({ part, to, reason }: Change, parts: readonly Part[]): Altered[] {
  const one = parts[part]
  if (!one || !('file' in one) || (reason !== 'kind' && reason !== 'size')) return []
  return [{ name: one.name, as: to === 'file' ? 'file' : 'link', reason }]
}
