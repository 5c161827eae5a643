import { HutongError } from '@hutong/core/errors'
import { type Insertable, type Kysely, sql } from 'kysely'
import { contactsOf, wordsOf } from './conversations.ts'
import { createLinks } from './links.ts'
import { merged, searchable, toContact } from './rows.ts'
import type { AgentRow, PeopleStore, SessionRow } from './store.ts'
import type { ContactTable, Tables } from './tables.ts'

/** Contacts, agents and sessions. `changed` hears of every contact whose profile or links were written. */
export function createPeople(db: Kysely<Tables>, changed: (contact: string) => Promise<void>): PeopleStore {
  return {
    contact: async (id) => (await contactsOf(db, [id])).get(id),
    contacts: (query) => contacts(db, query),
    async updateContact(id, changes) {
      const found = await updateContact(db, id, changes)
      if (found && changes.profile) await changed(id)
      return found ? (await contactsOf(db, [id])).get(id) : undefined
    },
    addIdentity: (contact, identity) => addIdentity(db, contact, identity),
    ...createLinks(db, changed),
    createAgent: (agent) => createAgent(db, agent),
    agents: async () =>
      (await db.selectFrom('agents').selectAll().orderBy('name').orderBy('id').execute()).map(toAgent),
    async agentByEmail(email) {
      const row = await db
        .selectFrom('agents')
        .selectAll()
        .where(sql`lower(email)`, '=', email.toLowerCase())
        .executeTakeFirst()
      return row && toAgent(row)
    },
    ...sessions(db),
  }
}

function sessions(db: Kysely<Tables>): Pick<PeopleStore, 'createSession' | 'session' | 'deleteSession'> {
  return {
    async createSession({ hash, agent, expiresAt }) {
      await db.insertInto('sessions').values({ hash, agent, expires_at: expiresAt }).execute()
    },
    async session(hash, now): Promise<SessionRow | undefined> {
      const row = await db
        .selectFrom('sessions')
        .selectAll()
        .where('hash', '=', hash)
        .where('expires_at', '>', now)
        .executeTakeFirst()
      return row && { hash: row.hash, agent: row.agent, expiresAt: row.expires_at }
    },
    async deleteSession(hash) {
      await db.deleteFrom('sessions').where('hash', '=', hash).execute()
    },
  }
}

async function contacts(db: Kysely<Tables>, { site, text, after, limit }: Parameters<PeopleStore['contacts']>[0]) {
  let query = db.selectFrom('contacts as p').select('p.id').orderBy('p.id').limit(limit)
  if (site !== undefined) query = query.where('p.site', '=', site)
  if (after !== undefined) query = query.where('p.id', '>', after)
  for (const word of wordsOf(text)) query = query.where(sql<boolean>`instr(p.search, ${word}) > 0`)
  const ids = (await query.execute()).map((row) => row.id)
  const found = await contactsOf(db, ids)
  return ids.flatMap((id) => found.get(id) ?? [])
}

async function updateContact(
  db: Kysely<Tables>,
  id: string,
  { profile, attributes, visit, seenAt }: Parameters<PeopleStore['updateContact']>[1],
): Promise<boolean> {
  return db.transaction().execute(async (step) => {
    const row = await step.selectFrom('contacts').selectAll().where('id', '=', id).executeTakeFirst()
    if (!row) return false
    const changes: Partial<Insertable<ContactTable>> = { seen_at: Math.max(row.seen_at, seenAt ?? 0) }
    if (profile) {
      const next = { ...JSON.parse(row.profile), ...profile }
      changes.profile = JSON.stringify(next)
      changes.search = searchable(next)
    }
    if (attributes) changes.attributes = JSON.stringify(merged(toContact(row, []).attributes, attributes))
    if (visit) changes.visit = JSON.stringify(visit)
    await step.updateTable('contacts').set(changes).where('id', '=', id).execute()
    return true
  })
}

async function addIdentity(
  db: Kysely<Tables>,
  contact: string,
  { channel, address, verified, at }: Parameters<PeopleStore['addIdentity']>[1],
): Promise<void> {
  await db.transaction().execute(async (step) => {
    const owner = await step.selectFrom('contacts').select('site').where('id', '=', contact).executeTakeFirst()
    if (!owner) throw new HutongError('not_found', `there is no contact "${contact}"`, { field: 'contact' })
    const row = await step
      .insertInto('identities')
      .values({ site: owner.site, channel, address, contact, verified: verified ?? null, at, used_at: null })
      .onConflict((conflict) =>
        conflict.columns(['site', 'channel', 'address']).doUpdateSet({
          verified: (eb) => eb.fn.coalesce('excluded.verified', 'identities.verified'),
        }),
      )
      .returning('contact')
      .executeTakeFirstOrThrow()
    if (row.contact !== contact)
      throw new HutongError('conflict', `address: another contact has it on ${channel}`, { field: 'address' })
  })
}

async function createAgent(db: Kysely<Tables>, { id, email, name, password, createdAt }: AgentRow): Promise<void> {
  await db.transaction().execute(async (step) => {
    const taken = await step
      .selectFrom('agents')
      .select('id')
      .where((eb) => eb.or([eb('id', '=', id), eb(sql`lower(email)`, '=', email.toLowerCase())]))
      .executeTakeFirst()
    if (taken) throw new HutongError('conflict', `email: there is an agent with "${email}" already`, { field: 'email' })
    await step.insertInto('agents').values({ id, email, name, password, created_at: createdAt }).execute()
  })
}

function toAgent(row: Tables['agents']): AgentRow {
  const { id, email, name, password, created_at: createdAt } = row
  return { id, email, name, password, createdAt }
}
