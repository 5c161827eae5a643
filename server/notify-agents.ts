import type { Adapter, Logger } from '@hutong/core/adapter'
import type { Event } from '@hutong/core/backend'
import { isOutsider } from '@hutong/core/entry'
import type { Presence } from './presence.ts'
import type { Relay } from './relay.ts'
import type { LogStore, PeopleStore } from './stores/store.ts'

export interface NotifyAgentsOptions {
  relay: Pick<Relay, 'onEvents'>
  presence: Pick<Presence, 'online'>
  store: Pick<LogStore, 'conversation' | 'cursors'> & Pick<PeopleStore, 'agents'>
  /** The mailbox that writes to the agents of a site, and how many milliseconds it waits for them to come back. */
  mailbox(site: string): { adapter: Pick<Adapter, 'notify'>; afterMs: number } | undefined
  logger: Logger
}

/**
 * Mails an agent who is away what her customer, and nobody else, writes; her answer to that mail is her reply. A courtesy: it is sent at most once for
 * what comes within the waiting time, and what waits when the relay stops is not sent. The returned function ends it.
 */
export function notifyAgents({ relay, presence, store, mailbox, logger }: NotifyAgentsOptions): () => void {
  const waiting = new Map<string, NodeJS.Timeout>()

  async function notify({ site, conversation: id, entry: { seq } }: Event): Promise<void> {
    const conversation = await store.conversation(id)
    const holder = conversation?.floor.holder
    if (holder?.kind !== 'agent' || presence.online(holder.id)) return
    const cursors = await store.cursors(id)
    if (cursors.some(({ participant, read }) => participant.id === holder.id && read >= seq)) return
    const agent = (await store.agents()).find((one) => one.id === holder.id)
    if (!agent) return
    await mailbox(site)?.adapter.notify?.({ id: agent.id, address: agent.email }, id, `agent:${id}:${seq}`)
  }

  function hear(event: Event): void {
    const { conversation, site, entry, floor } = event
    const said = entry.from.kind === 'contact' && !isOutsider(entry.from) && entry.body.kind === 'message'
    if (!said || floor.holder.kind !== 'agent' || presence.online(floor.holder.id) || waiting.has(conversation)) return
    const found = mailbox(site)
    if (!found) return
    const timer = setTimeout(() => {
      waiting.delete(conversation)
      notify(event).catch((err: unknown) => logger.error({ err, conversation }, 'an agent could not be told by mail'))
    }, found.afterMs)
    waiting.set(conversation, timer.unref())
  }

  const stop = relay.onEvents((events) => events.forEach(hear))
  return () => {
    stop()
    for (const timer of waiting.values()) clearTimeout(timer)
    waiting.clear()
  }
}
