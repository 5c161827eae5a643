import type { Agent, Event } from '@hutong/core/backend'
import type { HutongError } from '@hutong/core/errors'
import type { Channel, Me, Original } from './model/api.ts'
import { createPretendApi } from './pretend-api.ts'
import { createPretendLogs } from './pretend-logs.ts'
import { createPretendSocket } from './pretend-socket.ts'

export const ANA: Me = { kind: 'agent', id: 'a_ana', name: 'Ana Ruiz', email: 'ana@shop.example' }

/** A relay small enough for a test: one log per conversation, pushed to one socket, cut off and brought back at will. */
export function createPretendRelay() {
  const feed: Event[] = []
  const faults: HutongError[] = []
  const channels: Channel[] = []
  let backends: readonly string[] = ['keyword']
  const originals = new Map<number, Original>()
  const socket = createPretendSocket()
  const logs = createPretendLogs((event) => {
    feed.push(event)
    deliver()
  })
  let reachable = true
  let delivered = 0
  let ahead = 0
  const now = () => Date.now() + ahead

  function deliver() {
    if (!reachable || !socket.connected) return
    const events = feed.slice(delivered)
    delivered = feed.length
    if (events.length > 0) socket.push('events', { events, position: feed.length, at: now() }, () => undefined)
  }

  function connect(agents: Agent[] = []) {
    socket.connected = true
    socket.push('ready', { position: delivered, me: ANA, agents, at: now() })
    deliver()
  }

  return {
    api: createPretendApi({
      logs,
      me: ANA,
      faults,
      originals,
      channels,
      backends: () => backends,
      now,
      reachable: () => reachable,
    }),
    socket,
    asked: socket.asked,
    log: logs.log,
    append: logs.append,
    contact: logs.addContact,
    setReach: logs.setReach,
    setWays: logs.setWays,
    channels,
    /** Those that a conversation can be handed to; before the desk asks. */
    setBackends(names: readonly string[]) {
      backends = names
    },
    setOnline: logs.setOnline,
    now,
    /** Puts its clock forward; nobody is told. */
    advance(ms: number) {
      ahead += ms
    },
    says: (id: string, text: string) =>
      logs.append(id, {
        from: { kind: 'contact', id: `c_${id}` },
        body: { kind: 'message', parts: [{ kind: 'text', text, format: 'plain' }] },
      }),
    /** The message came by mail, and this is the whole of it; undefined when it is not kept. */
    mails(id: string, text: string, original: Original | undefined) {
      const from = { kind: 'contact' as const, id: `c_${id}` }
      const body = { kind: 'message' as const, parts: [{ kind: 'text' as const, text, format: 'plain' as const }] }
      const seq = logs.append(id, { from, body, channel: 'mail' })
      if (original) originals.set(seq, original)
    },
    /** The first connection; the feed begins at the present. */
    connect() {
      delivered = feed.length
      connect()
    },
    /** Refuses the next request with this error. */
    fail: (error: HutongError) => faults.push(error),
    cut() {
      reachable = false
      socket.connected = false
      socket.push('disconnect', 'transport close')
    },
    mend() {
      reachable = true
      connect()
    },
  }
}

export type PretendRelay = ReturnType<typeof createPretendRelay>
