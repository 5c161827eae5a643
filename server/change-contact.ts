import type { Contact } from '@hutong/core/conversation'
import type { Attributes, Participant } from '@hutong/core/entry'
import { HutongError } from '@hutong/core/errors'
import { newId } from '@hutong/core/ids'
import type { Committer } from './commit.ts'
import type { ContactChanges } from './relay.ts'
import { sideOf } from './stores/rows.ts'
import type { LogStore, PeopleStore } from './stores/store.ts'

export interface ChangeContactOptions {
  store: Pick<PeopleStore, 'updateContact'> & Pick<LogStore, 'conversationOf'>
  committer: Committer
  now(): number
}

export type ChangeContact = (author: Participant, contact: string, changes: ContactChanges) => Promise<Contact>

/** The record changes first: an entry that says what is not so would be worse than a change without one. */
export function createChangeContact({ store, committer, now }: ChangeContactOptions): ChangeContact {
  return async function changeContact(author, id, changes) {
    const contact = await store.updateContact(id, changes)
    if (!contact) throw new HutongError('not_found', 'there is no such contact')
    const conversation = await store.conversationOf(id)
    const said = toAttributes(changes)
    if (conversation && Object.keys(said).length > 0)
      await committer.append({
        to: { conversation: conversation.id },
        key: newId('k'),
        side: sideOf(author),
        at: now(),
        decide: () => ({ entries: [{ from: author, body: { kind: 'contact', changes: said } }] }),
      })
    return contact
  }
}

function toAttributes({ profile, attributes }: ContactChanges): Attributes {
  const given = Object.entries(profile ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  )
  return { ...Object.fromEntries(given), ...attributes }
}
