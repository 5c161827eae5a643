import type { Logger } from '@hutong/core/adapter'
import { actRequest } from '@hutong/core/backend'
import type { Conversation } from '@hutong/core/conversation'
import { HutongError, toHutongError } from '@hutong/core/errors'
import { parse } from '@hutong/core/parse'
import type { Buckets } from '@hutong/core/rate'
import {
  type BackendPushes,
  type BackendRequests,
  backendActPacket,
  backendCursorPacket,
  backendTypingPacket,
  backendWatchPacket,
} from '@hutong/core/wire'
import type { DefaultEventsMap, Socket } from 'socket.io'
import type { z } from 'zod'
import { type Actor, authorOf, mayEnter } from './auth.ts'
import { raiseCursor } from './cursors.ts'
import type { Relay } from './relay.ts'
import { createSignalLane } from './signal-lane.ts'
import type { Store } from './stores/store.ts'

/** What is known of a socket that was let in. */
export interface Seat {
  actor: Actor
  after: number | undefined
  /** Events to answer that it takes at once. */
  credit: number
  feed: boolean
  /** Set when the session cookie let this socket in: it must go when the session ends. */
  cookie: string | undefined
}

export type BackendConnection = Socket<BackendRequests, BackendPushes, DefaultEventsMap, Seat>

export interface ServeOptions {
  relay: Pick<Relay, 'act' | 'signal' | 'follow'>
  store: Pick<Store, 'conversation' | 'setCursor'>
  buckets: Buckets
  logger: Logger
}

/** Answers what the socket asks; the returned function ends what it watches. */
export function serveRequests(options: ServeOptions, socket: BackendConnection): () => void {
  const { relay, store } = options
  const author = authorOf(socket.data.actor)
  const watching = createWatch(relay, socket)
  const enter = (id: string) => enterConversation(options, socket.data.actor, id)

  async function act(packet: unknown) {
    const { conversation, request } = parse(backendActPacket, packet)
    await enter(conversation)
    return await relay.act(author, conversation, parse(actRequest, request))
  }

  socket.on('act', (packet: unknown, ack: unknown) => {
    const answer = typeof ack === 'function' ? ack : () => undefined
    act(packet).then(
      (result) => answer(result),
      (cause: unknown) => answer({ error: toHutongError(cause).toJSON() }),
    )
  })
  onHint(socket, 'typing', {
    ...options,
    schema: backendTypingPacket,
    async handle({ conversation, on, term }) {
      await enter(conversation)
      await relay.act(author, conversation, { key: 'typing', term, actions: [{ kind: 'typing', on }] })
    },
  })
  onHint(socket, 'cursor', {
    ...options,
    schema: backendCursorPacket,
    async handle({ conversation, ...cursor }) {
      await raiseCursor({ store, relay }, await enter(conversation), { participant: author, ...cursor })
    },
  })
  onHint(socket, 'watch', {
    ...options,
    schema: backendWatchPacket,
    handle: ({ conversation }) => watching.change(conversation, enter),
  })
  return watching.end
}

async function enterConversation({ store, buckets }: ServeOptions, actor: Actor, id: string): Promise<Conversation> {
  const retryAfter = buckets.take(`${actor.kind} ${actor.id}`)
  if (retryAfter > 0) throw new HutongError('throttled', 'too many requests on this socket', { retryAfter })
  const found = await store.conversation(id)
  if (found === undefined || !mayEnter(actor, found.site)) throw new HutongError('not_found', 'no such conversation')
  return found
}

/** The one conversation whose signals this socket wants. */
function createWatch(relay: Pick<Relay, 'follow'>, socket: BackendConnection) {
  const own = socket.data.actor.id
  let unfollow: (() => void) | undefined
  let wishes = 0

  function end() {
    wishes += 1
    unfollow?.()
    unfollow = undefined
  }

  function start(conversation: string) {
    const lane = createSignalLane({
      free: () => socket.conn.transport.writable,
      send: (signal) => socket.emit('signal', { conversation, signal }),
    })
    const leave = relay.follow(conversation, {
      entries() {},
      signal(signal) {
        if (signal.kind !== 'typing' || signal.from.id !== own) lane.push(signal)
      },
    })
    unfollow = () => {
      leave()
      lane.stop()
    }
  }

  return {
    end,
    /** The latest wish wins, whatever order the look-ups answer in. */
    async change(conversation: string | null, enter: (id: string) => Promise<Conversation>): Promise<void> {
      end()
      const wish = wishes
      if (conversation === null) return
      await enter(conversation)
      if (wish === wishes && socket.connected) start(conversation)
    },
  }
}

/** Packets without an answer: what is malformed or not allowed is dropped, for nothing depends on them. */
function onHint<T extends z.ZodType>(
  socket: BackendConnection,
  name: 'typing' | 'cursor' | 'watch',
  options: { schema: T; logger: Logger; handle(packet: z.output<T>): Promise<void> },
): void {
  socket.on(name, (packet: unknown) => {
    const result = options.schema.safeParse(packet)
    if (!result.success) return
    options.handle(result.data).catch((err: unknown) => {
      if (!(err instanceof HutongError)) options.logger.error({ err }, `${name} of a backend failed`)
    })
  })
}
