import type { Adapter } from '@hutong/core/adapter'
import { HutongError } from '@hutong/core/errors'
import { type AskWaitingOptions, createAskWaiting } from './ask-waiting.ts'
import type { FanOut } from './fan-out.ts'
import type { RoutedSite } from './identify.ts'
import { createLeaveAddress, type LeaveAddress, type LeaveAddressOptions } from './leave-address.ts'
import { createVerifyIdentity, type VerifyIdentityOptions } from './verify-identity.ts'
import { waitingWordsFor } from './waiting-words.ts'

/** Who is asked for an address, and when. */
export interface AskingAddress {
  /** By site, the channel whose addresses its visitors are asked for. */
  channels: ReadonlyMap<string, string>
  /** Whether anybody is there to answer this site. */
  staffed(site: string): boolean
  /** Calls after agents came or went, until the returned function is called. */
  onChange(listener: () => void): () => void
}

export type AskingAddressOptions = Omit<LeaveAddressOptions, 'mailbox' | 'readsLog' | 'staffed' | 'nameOf' | 'nobody'> &
  Pick<VerifyIdentityOptions, 'store' | 'merge'> & {
    store: AskWaitingOptions['store']
    leaveAddress?: AskingAddress
    channels: ReadonlyMap<string, Adapter>
    sites: readonly RoutedSite[]
    fanOut: FanOut
  }

/** Has those asked for an address whom nobody can answer now; undefined when nobody is asked. */
export function createAskingAddress({
  leaveAddress,
  channels,
  sites,
  merge,
  fanOut,
  ...parts
}: AskingAddressOptions): LeaveAddress | undefined {
  if (!leaveAddress) return undefined
  const mailboxes = new Map(
    [...leaveAddress.channels].map(([site, channel]) => {
      const adapter = channels.get(channel)
      if (!adapter || adapter.capabilities.readsLog)
        throw new HutongError('misconfigured', `no channel called "${channel}" sends to addresses`)
      return [site, { channel, verify: createVerifyIdentity({ store: parts.store, adapter, merge, now: parts.now }) }]
    }),
  )
  const asking = createLeaveAddress({
    ...parts,
    staffed: leaveAddress.staffed,
    nameOf: (site) => sites.find(({ id }) => id === site)?.name,
    nobody: (site, locale) => waitingWordsFor(sites.find(({ id }) => id === site)?.floor?.says, locale).nobody,
    mailbox: (site) => mailboxes.get(site),
    readsLog: (channel) => channels.get(channel)?.capabilities.readsLog ?? false,
  })
  fanOut.onEvents((events) => {
    for (const { conversation, entry } of events)
      if (entry.body.kind === 'handoff' && entry.body.floor.holder.kind === 'queue') asking.queued(conversation)
  })
  const waiting = createAskWaiting({ ...parts, staffed: leaveAddress.staffed, queued: asking.queued })
  const stop = leaveAddress.onChange(waiting.changed)
  return {
    ...asking,
    async idle() {
      stop()
      await waiting.idle()
      await asking.idle()
    },
  }
}
