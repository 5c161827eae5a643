import type { BackendSocket } from './model/link.ts'

type Listener = (...args: never[]) => void

/** As much of a Socket.IO socket as the desk touches; what the desk says is kept in `asked`. */
export function createPretendSocket() {
  const listeners = new Map<string, Listener[]>()
  const asked: { name: string; packet: unknown }[] = []
  const emit = (name: string, packet: unknown) => {
    asked.push({ name, packet })
  }
  const socket = {
    asked,
    connected: false,
    volatile: { emit },
    emit,
    on(name: string, listener: Listener) {
      listeners.set(name, [...(listeners.get(name) ?? []), listener])
    },
    connect() {},
    disconnect() {
      socket.connected = false
    },
    push(name: string, ...packets: unknown[]) {
      for (const listener of listeners.get(name) ?? []) listener(...(packets as never[]))
    },
    get asSocket() {
      return socket as unknown as BackendSocket
    },
  }
  return socket
}
