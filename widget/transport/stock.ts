import { io } from 'socket.io-client'
import type { Link, LinkHandlers, LinkTarget } from './link.ts'
import { refusal } from './link.ts'

/** The stock client over HTTP long polling, for networks that let no WebSocket through. */
export function openStockLink(target: LinkTarget, handlers: LinkHandlers): Link {
  const { origin, pathname } = new URL(target.relay)
  const socket = io(origin, {
    path: `${pathname.replace(/\/$/, '')}/socket.io/`,
    query: { site: target.site },
    auth: target.auth,
    transports: ['polling'],
    upgrade: false,
    reconnection: false,
    forceNew: true,
  })
  socket.onAny((name: string, packet: unknown) => handlers.event(name, packet))
  function end(...problem: Parameters<LinkHandlers['end']>) {
    socket.off()
    socket.disconnect()
    handlers.end(...problem)
  }
  socket.on('connect_error', (error: Error & { data?: unknown }) => end('data' in error ? refusal(error) : undefined))
  socket.on('disconnect', () => end())
  return {
    emit(event, packet, answered) {
      if (answered) socket.emit(event, packet, answered)
      else socket.emit(event, packet)
    },
    close() {
      socket.off()
      socket.offAny()
      socket.disconnect()
    },
  }
}
