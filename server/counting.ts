import type { Adapter, Host } from '@hutong/core/adapter'
import { toHutongError } from '@hutong/core/errors'
import type { Metrics } from './metrics.ts'
import type { Relay } from './relay.ts'
import type { OutboxStore } from './stores/store.ts'

/** The adapter, with everything it hands over counted by what became of it. */
export function countArrivals(adapter: Adapter, metrics: Pick<Metrics, 'acked' | 'duplicate' | 'refused'>): Adapter {
  const { channel } = adapter

  function counting(host: Host): Host {
    return {
      ...host,
      async receive(arrival) {
        try {
          const accepted = await host.receive(arrival)
          if (accepted.duplicate) metrics.duplicate(channel)
          else metrics.acked(channel)
          return accepted
        } catch (error) {
          metrics.refused(toHutongError(error).code)
          throw error
        }
      },
    }
  }

  return { ...adapter, open: (host) => adapter.open(counting(host)) }
}

/** The store, with every delivery that ends or is put off counted. */
export function countDeliveries<S extends OutboxStore>(store: S, metrics: Pick<Metrics, 'settled'>): S {
  return {
    ...store,
    async settle(id, owner, result) {
      const held = await store.settle(id, owner, result)
      if (held && result.state !== 'wait') metrics.settled(result.state)
      return held
    },
  } satisfies OutboxStore as S
}

/** The relay's doors for agents and backends, with words that came too late counted. */
export function countConflicts(relay: Relay, metrics: Pick<Metrics, 'floorConflict'>): Relay {
  return {
    ...relay,
    get draining() {
      return relay.draining
    },
    async act(author, conversation, request) {
      try {
        return await relay.act(author, conversation, request)
      } catch (error) {
        if (toHutongError(error).code === 'stale_floor') metrics.floorConflict()
        throw error
      }
    },
  }
}
