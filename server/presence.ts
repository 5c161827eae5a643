/** Which agents are at their desks: online while at least one socket of theirs is connected. */
export interface Presence {
  /** Counts one socket of this agent in; call the returned function once when it is gone. */
  enter(agent: string): () => void
  online(agent: string): boolean
  /** Whether anybody can answer this site now, or is about to be back. Agents serve every site. */
  staffed(site: string): boolean
  /**
   * Calls after every change, and once when those who were here before a restart had time to come back, until the returned function is
   * called.
   */
  onChange(listener: () => void): () => void
  /** From now on nobody leaves: the relay itself goes away. */
  hold(): void
  close(): void
}

export interface PresenceOptions {
  /** Milliseconds an agent stays online after the last socket closed, so that a reload is no absence. */
  grace?: number
  /** How long after the start those who were here before have to come back. */
  comeBack?: number
  /** Whether there are any: until they had that time, sites count as staffed. */
  expected?: boolean
  /** Told when somebody is here and when nobody is any more. */
  note?(here: boolean): void
}

export function createPresence({
  grace = 5_000,
  comeBack = 15_000,
  expected = false,
  note,
}: PresenceOptions = {}): Presence {
  const sockets = new Map<string, number>()
  const leaving = new Map<string, NodeJS.Timeout>()
  const listeners = new Set<() => void>()
  let expecting = expected
  let held = false
  let noted: boolean | undefined

  const changed = () => {
    const here = sockets.size > 0
    if (here !== noted && (here || !expecting)) {
      noted = here
      note?.(here)
    }
    for (const listener of listeners) listener()
  }

  const settled = setTimeout(() => {
    expecting = false
    changed()
  }, comeBack).unref()

  function leave(agent: string) {
    const left = (sockets.get(agent) ?? 1) - 1
    sockets.set(agent, left)
    if (left > 0 || held) return
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
    staffed: () => sockets.size > 0 || expecting,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    hold() {
      held = true
      for (const timer of leaving.values()) clearTimeout(timer)
      leaving.clear()
    },
    close() {
      clearTimeout(settled)
      for (const timer of leaving.values()) clearTimeout(timer)
      leaving.clear()
      listeners.clear()
    },
  }
}
