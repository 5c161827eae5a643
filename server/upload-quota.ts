const DAY = 86_400_000

export interface UploadQuota {
  /** Counts what a network sends. Milliseconds to wait when that is more than its day allows, else 0. */
  spend(network: string, bytes: number): number
}

/** A day begins with a network's first byte. Held in memory; above `most` networks the oldest are forgotten. */
export function createUploadQuota(perDay: number, now: () => number, most = 50_000): UploadQuota {
  const days = new Map<string, { bytes: number; ends: number }>()

  function dayOf(network: string) {
    const known = days.get(network)
    if (known && known.ends > now()) return known
    const day = { bytes: 0, ends: now() + DAY }
    days.delete(network)
    days.set(network, day)
    const [oldest] = days.keys()
    if (days.size > most && oldest !== undefined) days.delete(oldest)
    return day
  }

  return {
    spend(network, bytes) {
      const day = dayOf(network)
      if (day.bytes + bytes > perDay) return day.ends - now()
      day.bytes += bytes
      return 0
    },
  }
}
