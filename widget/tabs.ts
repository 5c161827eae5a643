import type { Outgoing } from './outbox.ts'

/** What the tabs of one visitor tell each other. */
export type TabMessage =
  | { kind: 'token' }
  | { kind: 'outbox' }
  | { kind: 'forget' }
  | { kind: 'acknowledged'; conversation: string; outgoing: Outgoing; seq: number; at: number }
  | { kind: 'read'; conversation: string; read: number }

export interface Tabs {
  tell(message: TabMessage): void
  /** Runs `task` in one tab at a time; a tab that goes away passes the turn on. */
  alone(task: () => Promise<void>): Promise<void>
  close(): void
}

export function createTabs(name: string, hear: (message: TabMessage) => void): Tabs {
  const channel = 'BroadcastChannel' in globalThis ? new BroadcastChannel(name) : undefined
  if (channel) channel.onmessage = ({ data }) => hear(data)
  return {
    tell: (message) => channel?.postMessage(message),
    // Without Web Locks (a page not served by https) the keys alone prevent doubles.
    alone: async (task) => void (await (globalThis.navigator?.locks?.request(name, task) ?? task())),
    close: () => channel?.close(),
  }
}
