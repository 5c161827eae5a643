import type { Agent } from '@hutong/core/backend'
import type { Presence } from './presence.ts'
import type { PeopleStore } from './stores/store.ts'

/** Everybody who may answer, with who is online. */
export async function agentsOf(store: Pick<PeopleStore, 'agents'>, presence: Presence): Promise<Agent[]> {
  const rows = await store.agents()
  return rows.map(({ id, name, email }) => ({ kind: 'agent', id, name, email, online: presence.online(id) }))
}
