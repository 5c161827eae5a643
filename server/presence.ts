/** Which agents are at their desks: online while at least one socket of theirs is connected. */
export interface Presence {
  /** Counts one socket of this agent in; call the returned function once when it is gone. */
  enter(agent: string): () => void
  online(agent: string): boolean
  /** Whether anybody can answer this site now. Agents serve every site. */
  staffed(site: string): boolean
  /**
   * Calls after every change, and once when those who were here before a restart had time to come back, until the returned function is
   * called.
   */
  onChange(listener: () => void): () => void
  close(): void
}

/**
 * `grace`: milliseconds an agent stays online after the last socket closed, so that a reload is no absence. `comeBack`: how long after
 * the start those who were here before count as on their way.
 */
export function createPresence({ grace = 5_000, comeBack = 15_000 } = {}): Presence {
  const sockets = new Map<string, number>()
  const leaving = new Map<string, NodeJS.Timeout>()
  const listeners = new Set<() => void>()

  const changed = () => {
    for (const listener of listeners) listener()
  }

  const settled = setTimeout(changed, comeBack).unref()

  function leave(agent: string) {
    const left = (sockets.get(agent) ?? 1) - 1
    sockets.set(agent, left)
    if (left > 0) return
    const timer = setTimeout(() => {
      leaving.delete(agent)
      sockets.delete(agent)
      changed()
    }, grace)
    leaving.set(agent, timer.unref())
  }

  return {
    enter(agent) {
      clearTimeout(leaving.get(agent))
      leaving.delete(agent)
      const before = sockets.get(agent)
      sockets.set(agent, (before ?? 0) + 1)
      if (before === undefined) changed()
      let inside = true
      return () => {
        if (inside) leave(agent)
        inside = false
      }
    },
    online: (agent) => sockets.has(agent),
    staffed: () => sockets.size > 0,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close() {
      clearTimeout(settled)
      for (const timer of leaving.values()) clearTimeout(timer)
      leaving.clear()
      listeners.clear()
    },
  }
}
