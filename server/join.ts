import type { Address, SamePerson } from '@hutong/core/adapter'
import type { Conversation } from '@hutong/core/conversation'
import { toHutongError } from '@hutong/core/errors'
import { newId } from '@hutong/core/ids'
import type { Committer } from './commit.ts'
import { type RoutedSite, siteOf } from './identify.ts'
import type { JoinConversation } from './join-conversation.ts'
import { RELAY } from './route.ts'
import type { LogStore, PeopleStore } from './stores/store.ts'

export interface JoinOptions {
  store: Pick<LogStore, 'conversation' | 'find'> & Pick<PeopleStore, 'addIdentity' | 'link' | 'contact'>
  committer: Committer
  sites: readonly RoutedSite[]
  joining: Pick<JoinConversation, 'join'>
  now(): number
}

export type Join = (channel: string, who: Address & { site?: string }, same: SamePerson) => Promise<void>

/** Keys of persons stand among the identities under this name, which no configured channel can have. */
const UNION = '+union'

/** Whose an address is, when the platform proves it. No log is rewritten. */
export function createJoin(options: JoinOptions): Join {
  const { store, sites, joining } = options

  return async function join(channel, { address, verified = 'platform', ...who }, same) {
    const site = siteOf(sites, who.site).id
    if ('union' in same) {
      const own = await store.find(site, channel, address)
      if (own && (await isOwn(options, own, { channel, address }))) await unite(options, own, same.union)
      return
    }
    const conversation = await store.conversation(same.conversation)
    if (conversation?.site === site) await joining.join(conversation, { channel, address, verified })
  }
}

/** Who only followed a link is perhaps not the person whose website it came from, so their other accounts stay apart. */
async function isOwn(
  { store }: JoinOptions,
  { contact }: Conversation,
  { channel, address }: { channel: string; address: string },
): Promise<boolean> {
  const { identities = [] } = (await store.contact(contact)) ?? {}
  const found = identities.find((one) => one.channel === channel && one.address === address)
  return found !== undefined && found.verified !== 'scene'
}

/** One more identity, or a link to the contact that has it. */
async function unite(options: JoinOptions, from: Conversation, union: string): Promise<void> {
  const { store, now } = options
  const identity = { channel: UNION, address: union, verified: 'union' as const, at: now() }
  const taken = await conflicts(store.addIdentity(from.contact, identity))
  if (!taken) return
  const into = await store.find(from.site, UNION, union)
  if (!into || into.contact === from.contact) return
  if (await conflicts(store.link(from.contact, into.contact, { by: RELAY.id, at: now(), goesOn: true }))) return
  await say(options, from, into.contact)
  await say(options, into, from.contact)
}

function conflicts(work: Promise<void>): Promise<boolean> {
  return work.then(
    () => false,
    (thrown: unknown) => {
      if (toHutongError(thrown).code === 'conflict') return true
      throw thrown
    },
  )
}

async function say({ committer, now }: JoinOptions, { id }: Conversation, merged: string): Promise<void> {
  await committer.append({
    to: { conversation: id },
    key: newId('k'),
    at: now(),
    decide: () => ({ entries: [{ from: RELAY, body: { kind: 'contact', changes: { merged } } }] }),
  })
}
