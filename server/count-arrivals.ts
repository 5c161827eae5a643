import type { Adapter, Host } from '@hutong/core/adapter'
import { toHutongError } from '@hutong/core/errors'
import type { Metrics } from './metrics.ts'

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
