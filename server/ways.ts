import type { Adapter, Standing } from '@hutong/core/adapter'
import type { Conversation, Identity } from '@hutong/core/conversation'
import { isTalk, placeOf, type Reach, type ReachTimes, reach, sending, type Way, whetherToSend } from './reach.ts'
import type { ClaimedDelivery, LogStore, NewDelivery, PeopleStore } from './stores/store.ts'
import type { Whereabouts } from './whereabouts.ts'

export interface WaysOptions {
  store: Pick<PeopleStore, 'contact' | 'linked'> & Pick<LogStore, 'cursors'>
  adapters: ReadonlyMap<string, Adapter>
  whereabouts: Whereabouts
  times: ReachTimes
  now(): number
}

/** Where answers go, with what is known now. */
export interface Ways {
  /** Those that are open, best first. */
  of(conversation: Conversation): Promise<Way[]>
  /** Those that platforms close for now too. */
  all(conversation: Conversation): Promise<Reach>
  /** What has to be sent of one message of ours; nothing when the contact reads the log. `entry` as in NewDelivery. */
  deliveries(conversation: Conversation, entry?: NewDelivery['entry']): Promise<NewDelivery[]>
  delivery(conversation: string, to: { way: Way; wait: number; entry: NewDelivery['entry'] }): NewDelivery
  /** Whether each of these is to be sent to a channel now, held back, or was read in the meantime. */
  due(conversation: Conversation, to: { channel: string; events: readonly ClaimedDelivery['event'][] }): Promise<Due>
}

export type Due = { until: number } | { read: number }

/** What the same person has proven as another contact. */
async function proven(store: WaysOptions['store'], contact: string): Promise<Identity[]> {
  const others = await store.linked(contact)
  const found = await Promise.all(others.map((id) => store.contact(id)))
  return found.flatMap((one) => one?.identities.filter(({ verified }) => verified !== undefined) ?? [])
}

/** Where the contact was last: what is sent there fails, and the log says that no way leads to the contact. */
function nowhere({ channel }: Conversation): { way: Way; wait: number } {
  return { way: { channel, address: '', why: 'last', readsLog: false }, wait: 0 }
}

export function createWays({ store, adapters, whereabouts, times, now }: WaysOptions): Ways {
  const channels = new Map([...adapters].map(([channel, { capabilities }]) => [channel, capabilities]))
  const sends = [...channels.values()].some(({ readsLog }) => !readsLog)
  const readers = [...channels.values()].some(({ readsLog }) => readsLog)

  async function standingsOf(identities: readonly Identity[]): Promise<Map<string, Standing>> {
    const asked = identities.flatMap((one) => {
      const adapter = adapters.get(one.channel)
      if (!adapter?.standing) return []
      // A channel that cannot say now is no reason to say nothing: what is sent there finds out.
      return [
        adapter.standing(one.address).then(
          (found) => [[placeOf(one), found] as const],
          () => [],
        ),
      ]
    })
    return new Map((await Promise.all(asked)).flat())
  }

  async function all({ id, contact: who, channel: last }: Conversation): Promise<Reach> {
    const contact = await store.contact(who)
    if (!contact) return { open: [], closed: [] }
    const { createdAt } = contact
    const { identities } = contact
    const merged = await proven(store, who)
    const standings = await standingsOf([...identities, ...merged])
    return reach({ identities, merged, createdAt, last, connected: whereabouts.connected(id), standings }, channels)
  }

  /** Whether the contact talks on that channel, and can be answered there: it waits at that screen, whatever other one shows the log. */
  async function talksThere(conversation: Conversation, channel: string): Promise<boolean> {
    if (channel !== conversation.channel || !isTalk(channels.get(channel))) return false
    const [best] = (await all(conversation)).open
    return best?.channel === channel
  }

  const delivery: Ways['delivery'] = (conversation, { way: { channel, address, why }, wait, entry }) => {
    const target = `channel:${channel}`
    const delay = Math.max(wait, channels.get(channel)?.gatherMs ?? 0)
    const due = delay === 0 ? {} : { due: now() + delay }
    return { lane: `${target}:${conversation}`, target, entry, address, why, ...due }
  }

  return {
    all,
    of: async (conversation) => (await all(conversation)).open,
    delivery,
    async deliveries(conversation, entry = 0) {
      if (!sends) return []
      const found = await all(conversation)
      const chosen = sending(found, times) ?? (found.open.length === 0 ? nowhere(conversation) : undefined)
      return chosen ? [delivery(conversation.id, { ...chosen, entry })] : []
    },
    async due(conversation, { channel, events }) {
      if (!readers || (await talksThere(conversation, channel))) return { read: 0 }
      const { id, contact } = conversation
      const cursors = await store.cursors(id)
      const read = cursors.find(({ participant }) => participant.id === contact)?.read ?? 0
      const seen = whereabouts.seen(id)
      const found = events.map(({ entry: { at, seq } }) => whetherToSend({ at, seq, read, seen }, times, now()))
      const later = found.find((one) => typeof one === 'object')
      return found.includes('send') || !later ? { read } : later
    },
  }
}
