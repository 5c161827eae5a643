import type { Adapter } from '@hutong/core/adapter'
import { HutongError } from '@hutong/core/errors'
import type { FanOut } from './fan-out.ts'
import type { RoutedSite } from './identify.ts'
import { createLeaveAddress, type LeaveAddress, type LeaveAddressOptions } from './leave-address.ts'
import type { Relay } from './relay.ts'
import { createVerifyIdentity, type VerifyIdentityOptions } from './verify-identity.ts'

/** Who is asked for an address, and when. */
export interface AskingAddress {
  /** By site, the channel whose addresses its visitors are asked for. */
  channels: ReadonlyMap<string, string>
  /** Whether anybody is there to answer this site. */
  staffed(site: string): boolean
}

type Parts = Omit<LeaveAddressOptions, 'mailbox' | 'readsLog' | 'staffed' | 'nameOf'> &
  Pick<VerifyIdentityOptions, 'store' | 'merge'> & {
    leaveAddress?: AskingAddress
    channels: ReadonlyMap<string, Adapter>
    sites: readonly RoutedSite[]
  }

interface FrontDoorOptions extends Parts {
  fanOut: FanOut
  takeIn: Relay['receive']
}

interface FrontDoor {
  receive: Relay['receive']
  /** Absent when nobody is asked. */
  leaveAddress: LeaveAddress | undefined
}

/** Takes arrivals in, and afterwards has those asked for an address whom nobody can answer now. */
export function createFrontDoor({ fanOut, takeIn, ...parts }: FrontDoorOptions): FrontDoor {
  const leaveAddress = leavingAddress(parts)
  if (!leaveAddress) return { receive: takeIn, leaveAddress }
  fanOut.onEvents((events) => {
    for (const { conversation, entry } of events)
      if (entry.body.kind === 'handoff' && entry.body.floor.holder.kind === 'queue') leaveAddress.queued(conversation)
  })
  return {
    leaveAddress,
    async receive(channel, arrival) {
      const accepted = await takeIn(channel, arrival)
      if (!accepted.duplicate) leaveAddress.heard(channel, arrival, accepted)
      return accepted
    },
  }
}

function leavingAddress({ leaveAddress, channels, sites, merge, ...parts }: Parts): LeaveAddress | undefined {
  if (!leaveAddress) return undefined
  const mailboxes = new Map(
    [...leaveAddress.channels].map(([site, channel]) => {
      const adapter = channels.get(channel)
      if (!adapter || adapter.capabilities.readsLog)
        throw new HutongError('misconfigured', `no channel called "${channel}" sends to addresses`)
      return [site, { channel, verify: createVerifyIdentity({ store: parts.store, adapter, merge, now: parts.now }) }]
    }),
  )
  return createLeaveAddress({
    ...parts,
    staffed: leaveAddress.staffed,
    nameOf: (site) => sites.find(({ id }) => id === site)?.name,
    mailbox: (site) => mailboxes.get(site),
    readsLog: (channel) => channels.get(channel)?.capabilities.readsLog ?? false,
  })
}
