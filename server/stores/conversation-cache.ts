import type { Conversation, Profile } from '@hutong/core/conversation'

/** A conversation as the single writer knows it: what a commit needs without reading the database. */
export interface Known {
  /** Its number in the database; 0 while it is not stored. */
  n: number
  conversation: Conversation
  profile: Profile
  /** `conversation.floor` as JSON. */
  floor: string
  /** The contact as the sender of an entry, as JSON. */
  sender: string
  /** `seq` of the newest message. */
  latest: number
  /** What the commit under way still has to write: `moved` is the log's end and the times alone. */
  unsaved: 'nothing' | 'moved' | 'all'
  /** Where the contact wrote from last; undefined while that is not known. */
  from?: { channel: string; address: string }
  /** The addresses it is remembered under. */
  addresses: Set<string>
}

export interface ConversationCache {
  byId(id: string): Known | undefined
  byAddress(address: string): Known | undefined
  keep(known: Known, address?: string): void
  drop(id: string): void
}

/** Keeps the conversations that were used last, at most `size` and those that a commit under way has still to write. */
export function createConversationCache(size: number): ConversationCache {
  const conversations = new Map<string, Known>()
  const addresses = new Map<string, string>()

  function byId(id: string): Known | undefined {
    const known = conversations.get(id)
    if (known) touch(id, known)
    return known
  }

  function touch(id: string, known: Known): void {
    conversations.delete(id)
    conversations.set(id, known)
  }

  function drop(id: string): void {
    const known = conversations.get(id)
    if (!known) return
    conversations.delete(id)
    for (const address of known.addresses) addresses.delete(address)
  }

  return {
    byId,
    byAddress(address) {
      const id = addresses.get(address)
      return id === undefined ? undefined : byId(id)
    },
    keep(known, address) {
      const { id } = known.conversation
      touch(id, known)
      if (address !== undefined) {
        known.addresses.add(address)
        addresses.set(address, id)
      }
      // Those of a commit under way were used last: behind the first of them there is nothing to drop.
      for (const [oldest, { unsaved }] of conversations) {
        if (conversations.size <= size || unsaved !== 'nothing') break
        drop(oldest)
      }
    },
    drop,
  }
}

/** One text for the three words an identity is found by. */
export function addressKey({ site, channel, address }: { site: string; channel: string; address: string }): string {
  return `${site}\n${channel}\n${address}`
}
