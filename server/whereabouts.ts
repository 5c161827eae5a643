/** Who is connected to a channel that reads the log, as this process has heard it; nothing of it is kept. */
export interface Whereabouts {
  heard(conversation: string, channel: string, online: boolean): void
  /** The channels a conversation's contact is connected to. */
  connected(conversation: string): string[]
  /** Since when the contact is connected or gone; undefined when neither was heard lately. */
  seen(conversation: string): { online: boolean; since: number } | undefined
}

/** Someone who left is remembered for `keepMs`. */
export function createWhereabouts(now: () => number, keepMs: number): Whereabouts {
  const here = new Map<string, Map<string, number>>()
  const gone = new Map<string, number>()

  function forget(): void {
    for (const [conversation, since] of gone) {
      if (now() - since <= keepMs) break
      gone.delete(conversation)
    }
  }

  return {
    heard(conversation, channel, online) {
      forget()
      const channels = here.get(conversation) ?? new Map<string, number>()
      if (online) {
        if (!channels.has(channel)) channels.set(channel, now())
        here.set(conversation, channels)
        gone.delete(conversation)
        return
      }
      channels.delete(channel)
      if (channels.size > 0) return
      here.delete(conversation)
      gone.delete(conversation)
      gone.set(conversation, now())
    },
    connected: (conversation) => [...(here.get(conversation)?.keys() ?? [])],
    seen(conversation) {
      const since = here.get(conversation)
      if (since) return { online: true, since: Math.min(...since.values()) }
      const left = gone.get(conversation)
      return left === undefined ? undefined : { online: false, since: left }
    },
  }
}
