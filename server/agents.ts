import type { Agent } from '@hutong/core/backend'
import type { Actor } from './auth.ts'
import type { Presence } from './presence.ts'
import type { PeopleStore } from './stores/store.ts'

/** Everybody who may answer, with who is online. */
export async function agentsOf(store: Pick<PeopleStore, 'agents'>, presence: Presence): Promise<Agent[]> {
  const rows = await store.agents()
  return rows.map(({ id, name, email }) => ({ kind: 'agent', id, name, email, online: presence.online(id) }))
}

/** Colleagues know each other's addresses; programs are told names and ids. */
export function agentsFor({ kind }: Pick<Actor, 'kind'>, agents: readonly Agent[]): Agent[] {
  return agents.map(({ email, ...agent }) => (kind === 'agent' && email !== undefined ? { ...agent, email } : agent))
}
