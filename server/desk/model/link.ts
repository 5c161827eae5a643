import type { Agent, Event } from '@hutong/core/backend'
import type { Signal as Passing } from '@hutong/core/signal'
import type { BackendPushes, BackendRequests } from '@hutong/core/wire'
import { type ReadonlySignal, signal } from '@preact/signals'
import { io, type Socket } from 'socket.io-client'

export type LinkState = 'connecting' | 'online' | 'offline'
export type BackendSocket = Socket<BackendPushes, BackendRequests>

export interface LinkOptions {
  /** Opens the socket; `auth` is asked at every connect. */
  open(auth: () => { after?: number }): BackendSocket
  /** `again`: there was a connection before, so things may have been missed that are not in the feed. */
  ready(again: boolean): void
  events(events: readonly Event[]): void
  signal(conversation: string, signal: Passing): void
  agents(agents: Agent[]): void
  /** What the relay's clock shows, in ms. */
  time(at: number): void
  /** The session is over: nothing will connect until somebody signs in. */
  refused(): void
}

/** The live line to the relay. It comes back by itself and goes on in the feed where it was cut. */
export interface Link {
  readonly state: ReadonlySignal<LinkState>
  /** The one conversation whose signals are wanted. */
  watch(conversation: string | null): void
  typing(conversation: string, on: boolean): void
  read(conversation: string, seq: number): void
  close(): void
}

/** How long a lost connection is called "connecting" before it is called lost. */
const PATIENCE_MS = 2_000

export function createLink(options: LinkOptions): Link {
  const state = signal<LinkState>('connecting')
  let position: number | undefined
  let watched: string | null = null
  let patience: ReturnType<typeof setTimeout> | undefined
  let back: ReturnType<typeof setTimeout> | undefined

  const socket = options.open(() => (position === undefined ? {} : { after: position }))

  function lost() {
    if (state.value !== 'online') return
    state.value = 'connecting'
    patience = setTimeout(() => {
      state.value = 'offline'
    }, PATIENCE_MS)
  }

  socket.on('ready', (packet) => {
    const again = position !== undefined
    position = packet.position
    clearTimeout(patience)
    state.value = 'online'
    options.time(packet.at)
    options.agents(packet.agents)
    if (watched !== null) socket.emit('watch', { conversation: watched })
    options.ready(again)
  })
  socket.on('events', ({ events, position: reached, at }, ack) => {
    options.time(at)
    options.events(events)
    position = reached
    ack()
  })
  socket.on('signal', ({ conversation, signal }) => options.signal(conversation, signal))
  socket.on('agents', ({ agents }) => options.agents(agents))
  socket.on('disconnect', (reason) => {
    lost()
    if (reason === 'io server disconnect') back = setTimeout(() => socket.connect(), 1_000)
  })
  socket.on('connect_error', (error: Error & { data?: { code?: string } }) => {
    if (error.data?.code === 'unauthorized') return options.refused()
    // The relay's data is not that which the position came from.
    if (error.data?.code === 'invalid') position = undefined
    lost()
    if (state.value === 'connecting' && position === undefined) state.value = 'offline'
    if (error.data !== undefined) back = setTimeout(() => socket.connect(), 2_000)
  })

  return {
    state,
    watch(conversation) {
      watched = conversation
      if (socket.connected) socket.emit('watch', { conversation })
    },
    typing(conversation, on) {
      if (socket.connected) socket.volatile.emit('typing', { conversation, on })
    },
    read(conversation, seq) {
      if (socket.connected) socket.emit('cursor', { conversation, delivered: seq, read: seq })
    },
    close() {
      clearTimeout(patience)
      clearTimeout(back)
      socket.disconnect()
    },
  }
}

/** The relay this page came from. */
export function openBackendSocket(auth: () => { after?: number }): BackendSocket {
  return io('/backend', {
    transports: ['websocket', 'polling'],
    auth: (give) => give(auth()),
    reconnectionDelay: 500,
    reconnectionDelayMax: 5_000,
    forceNew: true,
  })
}
