import type { Address, SamePerson } from '@hutong/core/adapter'
import type { Conversation } from '@hutong/core/conversation'
import { toHutongError } from '@hutong/core/errors'
import { newId } from '@hutong/core/ids'
import type { Committer } from './commit.ts'
import { type RoutedSite, siteOf } from './identify.ts'
import { RELAY } from './route.ts'
import type { LogStore, PeopleStore } from './stores/store.ts'

export interface JoinOptions {
  store: Pick<LogStore, 'conversation' | 'find'> & Pick<PeopleStore, 'addIdentity' | 'link'>
  committer: Committer
  sites: readonly RoutedSite[]
  now(): number
}

export type Join = (channel: string, who: Address & { site?: string }, same: SamePerson) => Promise<void>

/** Keys of persons stand among the identities under this name, which no configured channel can have. */
const UNION = '+union'

/** Whose an address is, when the platform proves it. No log is rewritten. */
export function createJoin(options: JoinOptions): Join {
  const { store, sites, now } = options

  return async function join(channel, { address, verified = 'platform', ...who }, same) {
    const site = siteOf(sites, who.site).id
    if ('union' in same) {
      const own = await store.find(site, channel, address)
      if (own) await give(options, own, { channel: UNION, address: same.union, verified: 'union', at: now() })
      return
    }
    const conversation = await store.conversation(same.conversation)
    if (conversation?.site !== site) return
    await give(options, conversation, { channel, address, verified, at: now() })
  }
}

type NewIdentity = Parameters<PeopleStore['addIdentity']>[1]

/** One more identity, or a link to the contact that has it; who has it by its own words joins who has it by proof. */
async function give(options: JoinOptions, to: Conversation, identity: NewIdentity): Promise<void> {
  const { store } = options
  const taken = await store.addIdentity(to.contact, identity).then(
    () => false,
    (thrown: unknown) => {
      if (toHutongError(thrown).code === 'conflict') return true
      throw thrown
    },
  )
  if (!taken) return
  const other = await store.find(to.site, identity.channel, identity.address)
  if (!other || other.contact === to.contact) return
  const [from, into] = identity.channel === UNION ? [to, other] : [other, to]
  const linked = await store.link(from.contact, into.contact, { by: RELAY.id, at: options.now(), goesOn: true }).then(
    () => true,
    (thrown: unknown) => {
      if (toHutongError(thrown).code === 'conflict') return false
      throw thrown
    },
  )
  if (!linked) return
  await say(options, from, into.contact)
  await say(options, into, from.contact)
}

async function say({ committer, now }: JoinOptions, { id }: Conversation, merged: string): Promise<void> {
  await committer.append({
    to: { conversation: id },
    key: newId('k'),
    at: now(),
    decide: () => ({ entries: [{ from: RELAY, body: { kind: 'contact', changes: { merged } } }] }),
  })
}
