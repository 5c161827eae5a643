import { HutongError } from '@hutong/core/errors'
import { type Kysely, sql } from 'kysely'
import type { PeopleStore } from './store.ts'
import type { Tables } from './tables.ts'

/** Which contacts are one person: a forest of links, each of which can be undone. No log is touched. */
export function createLinks(
  db: Kysely<Tables>,
  changed: (contact: string) => Promise<void>,
): Pick<PeopleStore, 'link' | 'unlink' | 'linked'> {
  return {
    async link(contact, into, { by, at, goesOn = false }) {
      await db.transaction().execute(async (step) => {
        const rows = await step
          .selectFrom('contacts')
          .select(['id', 'site'])
          .where('id', 'in', [contact, into])
          .execute()
        if (rows.length !== 2 || rows[0]?.site !== rows[1]?.site)
          throw new HutongError('not_found', 'into: there is no such other contact of this site', { field: 'into' })
        const [from, to] = [await rootOf(step, contact), await rootOf(step, into)]
        if (from === to) throw new HutongError('conflict', 'into: they are one person already', { field: 'into' })
        if (from !== contact)
          throw new HutongError('conflict', 'this contact was merged into another one already: undo that first')
        await step
          .insertInto('links')
          .values({ contact: from, target: to, by, at, undone_at: null, goes_on: goesOn ? 1 : 0 })
          .execute()
      })
      await changed(contact)
    },
    async unlink(contact, at) {
      const row = await db
        .updateTable('links')
        .set({ undone_at: at })
        .where('contact', '=', contact)
        .where('undone_at', 'is', null)
        .returning('target')
        .executeTakeFirst()
      if (row) await changed(row.target)
      return row?.target
    },
    async linked(contact) {
      const { rows } = await sql<{ id: string }>`with recursive person (id) as (
        select ${contact} union
        select case when l.contact = person.id then l.target else l.contact end
        from links l join person on person.id in (l.contact, l.target) where l.undone_at is null
      ) select id from person where id <> ${contact} order by id`.execute(db)
      return rows.map(({ id }) => id)
    },
  }
}

async function rootOf(db: Kysely<Tables>, contact: string): Promise<string> {
  const link = await db
    .selectFrom('links')
    .select('target')
    .where('contact', '=', contact)
    .where('undone_at', 'is', null)
    .executeTakeFirst()
  return link ? rootOf(db, link.target) : contact
}
