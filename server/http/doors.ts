import type { Contact, Conversation } from '@hutong/core/conversation'
import { HutongError } from '@hutong/core/errors'
import { type Actor, mayEnter } from '../auth.ts'
import type { Store } from '../stores/store.ts'

/** The only ways to the store's objects: what is not of the actor's sites is not found. */
export interface Doors {
  conversation(actor: Actor, id: string): Promise<Conversation>
  contact(actor: Actor, id: string): Promise<Contact>
  /** The sites to ask the store for: `asked` (key or id) alone, else all of the actor's; undefined stands for every site. */
  sites(actor: Actor, asked: string | undefined): readonly (string | undefined)[]
}

export function createDoors(
  store: Pick<Store, 'conversation' | 'contact'>,
  sites: readonly { key: string; id?: string | undefined }[],
): Doors {
  const ids = new Map(sites.flatMap(({ key, id = key }) => [[id, id] as const, [key, id] as const]))
  return {
    async conversation(actor, id) {
      const found = await store.conversation(id)
      if (found === undefined || !mayEnter(actor, found.site))
        throw new HutongError('not_found', 'no such conversation')
      return found
    },
    async contact(actor, id) {
      const found = await store.contact(id)
      if (found === undefined || !mayEnter(actor, found.site)) throw new HutongError('not_found', 'no such contact')
      return found
    },
    sites(actor, asked) {
      if (asked === undefined) return actor.sites === 'all' ? [undefined] : actor.sites
      const id = ids.get(asked)
      if (id === undefined || !mayEnter(actor, id))
        throw new HutongError('not_found', 'no such site', { field: 'site' })
      return [id]
    },
  }
}
