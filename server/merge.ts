import type { Attributes, Participant } from '@hutong/core/entry'
import { HutongError } from '@hutong/core/errors'
import { newId } from '@hutong/core/ids'
import type { Committer } from './commit.ts'
import { sideOf } from './stores/rows.ts'
import type { LogStore, PeopleStore } from './stores/store.ts'

export interface MergeOptions {
  store: Pick<PeopleStore, 'link' | 'unlink'> & Pick<LogStore, 'conversationOf'>
  committer: Committer
  now(): number
}

/** Two contacts that are one person, said in both their conversations. No log is rewritten, so all of it can be undone. */
export interface Merge {
  merge(author: Participant, contact: string, into: string): Promise<void>
  unmerge(author: Participant, contact: string): Promise<void>
}

export function createMerge({ store, committer, now }: MergeOptions): Merge {
  async function say(author: Participant, contact: string, changes: Attributes): Promise<void> {
    const conversation = await store.conversationOf(contact)
    if (!conversation) return
    await committer.append({
      to: { conversation: conversation.id },
      key: newId('k'),
      side: sideOf(author),
      at: now(),
      decide: () => ({ entries: [{ from: author, body: { kind: 'contact', changes } }] }),
    })
  }

  return {
    async merge(author, contact, into) {
      await store.link(contact, into, { by: author.id, at: now() })
      await say(author, contact, { merged: into })
      await say(author, into, { merged: contact })
    },
    async unmerge(author, contact) {
      const into = await store.unlink(contact, now())
      if (into === undefined)
        throw new HutongError('not_found', 'this contact was not merged into another one; undo it on the one that was')
      await say(author, contact, { merged: null })
      await say(author, into, { merged: null })
    },
  }
}
