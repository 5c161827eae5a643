import { type Kysely, sql } from 'kysely'
import type { ProofStore } from './store.ts'
import type { Tables } from './tables.ts'

/** Codes under way and the limits on them. Every count is one statement or one transaction, so that none is lost to a race. */
export function createProofs(db: Kysely<Tables>): ProofStore {
  return {
    async openProof(proof) {
      const row = { ...proof, tries: 0, used: 0 }
      await db
        .insertInto('proofs')
        .values(row)
        .onConflict((conflict) => conflict.columns(['channel', 'contact']).doUpdateSet(row))
        .execute()
    },
    async tryProof({ channel, contact, site }, { now, most }) {
      const row = await db
        .updateTable('proofs')
        .set({ tries: sql<number>`case when used = 0 then tries + 1 else tries end` })
        .where('channel', '=', channel)
        .where('contact', '=', contact)
        .where('site', '=', site)
        .where('until', '>', now)
        .where((eb) => eb.or([eb('tries', '<', most), eb('used', '=', 1)]))
        .returningAll()
        .executeTakeFirst()
      if (!row) return undefined
      const { tries: _, used, ...proof } = row
      return { ...proof, used: used === 1 }
    },
    async useProof(id) {
      const { numUpdatedRows } = await db
        .updateTable('proofs')
        .set({ used: 1 })
        .where('id', '=', id)
        .where('used', '=', 0)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },
    spend: (names, { now, until, most }) =>
      db.transaction().execute(async (step) => {
        for (const name of names) {
          const full = await step
            .selectFrom('spent')
            .select('until')
            .where('name', '=', name)
            .where('until', '>', now)
            .orderBy('until', 'desc')
            .offset(most - 1)
            .limit(1)
            .executeTakeFirst()
          if (full) return full.until
        }
        await step
          .insertInto('spent')
          .values(names.map((name) => ({ name, until })))
          .execute()
        return undefined
      }),
  }
}
