import type { Cursor, Profile } from '@hutong/core/conversation'
import type { BodyOf, Floor, Participant } from '@hutong/core/entry'
import type { WireError } from '@hutong/core/errors'
import type { Part, RatingScale } from '@hutong/core/parts'
import type { Ready } from '@hutong/core/wire'
import type { ReadonlySignal } from './signals.ts'

/** Everything the panel shows and asks, as signals and functions; the panel knows no socket, storage or clock. */

/**
 * idle: nothing was asked of the relay yet. connecting: first attempt. online: `ready` has arrived. reconnecting: was
 * online, trying again. offline: the browser says there is no network; tries again as soon as there is. refused: the relay
 * wants nothing of this page, as for a wrong site key or origin.
 */
export type ConnectionState = 'idle' | 'connecting' | 'online' | 'reconnecting' | 'offline' | 'refused'

/** queued: waits for a connection. sending: on its way. sent: the relay has it for good. failed: refused, see `error`. */
export type SendState = 'queued' | 'uploading' | 'sending' | 'sent' | 'delivered' | 'read' | 'failed'

export interface ReactionCount {
  emoji: string
  count: number
  mine: boolean
}

/** One message with every later edit, recall, reaction, choice, answer and rating of it folded in. */
export interface MessageItem {
  kind: 'message'
  /** Stable from the first optimistic paint on; usable as a render key. */
  key: string
  /** Absent until the relay has acknowledged it. */
  seq?: number
  /** Milliseconds since 1970; the client's clock until acknowledged. */
  at: number
  from: Participant
  mine: boolean
  /** Empty when recalled. While uploading, a medium's `url` is a blob: URL of the local file. */
  parts: readonly Part[]
  replyTo?: number
  state: SendState
  /** 0 to 1 while uploading. */
  progress?: number
  error?: WireError
  edited: boolean
  recalled: boolean
  reactions: readonly ReactionCount[]
  /** The option or reply button of this message that the contact picked. */
  chosen?: string
  /** What the contact filled into this message's form. */
  answered?: Readonly<Record<string, string>>
  /** How the contact rated in answer to this message. */
  rated?: number
}

/** A line of the log that is told, not said: who joined, where the conversation waits, that it ended. */
export interface SystemItem {
  kind: 'system'
  key: string
  seq: number
  at: number
  from: Participant
  body: BodyOf<'assigned' | 'handoff' | 'status' | 'rating'>
}

export type Item = MessageItem | SystemItem

/** A message that is still being written; it leaves the list when the entry of the same `key` arrives. */
export interface StreamingText {
  key: string
  from: Participant
  text: string
}

export interface Upload {
  /** The key of the item that shows it. */
  key: string
  cancel(): void
}

export interface Chat {
  readonly connection: ReadonlySignal<ConnectionState>
  /** Ascending; what is not yet acknowledged stands at the end. */
  readonly items: ReadonlySignal<readonly Item[]>
  /** Others who are writing now. */
  readonly typing: ReadonlySignal<readonly Participant[]>
  readonly streams: ReadonlySignal<readonly StreamingText[]>
  readonly floor: ReadonlySignal<Floor | undefined>
  /** Whether the conversation is closed; a new message opens it again. */
  readonly closed: ReadonlySignal<boolean>
  readonly site: ReadonlySignal<Ready['site'] | undefined>
  readonly contact: ReadonlySignal<(Profile & { id: string; verified: boolean }) | undefined>
  readonly cursors: ReadonlySignal<readonly Cursor[]>
  /** Messages of others above the contact's own read cursor. */
  readonly unread: ReadonlySignal<number>
  /** The contact's own read cursor: what stands above it is new. */
  readonly read: ReadonlySignal<number>
  /** Older history exists that `older` would bring. */
  readonly more: ReadonlySignal<boolean>
  readonly loadingOlder: ReadonlySignal<boolean>
  /** Nothing is known yet: neither a cache nor an answer of the relay. */
  readonly loading: ReadonlySignal<boolean>

  /** Shows it at once and sends it as soon as there is a connection, across reloads. */
  send(text: string, options?: { replyTo?: number }): void
  /** Picks an option or reply button that entry `of` offered; `label` is the text it is shown with. */
  choose(of: number, option: { id: string; label: string }): void
  answer(of: number, values: Record<string, string>): void
  rate(rating: { scale: RatingScale; score: number; of?: number; comment?: string }): void
  react(of: number, emoji: string, on: boolean): void
  edit(of: number, text: string): void
  recall(of: number): void
  /** Sends a failed item again under the key it has. */
  retry(key: string): void
  /** Drops a queued or failed item. */
  discard(key: string): void
  /** Uploads and then sends; refused at once (state failed) when larger than the site allows. */
  upload(file: File): Upload
  /** Resolves when the next older page is in `items`, or could not be had. */
  older(): Promise<void>
  /** The draft as it stands; empty for none. The chat throttles and ends the report by itself. */
  reportTyping(draft: string): void
  /** Everything in `items` has been seen by the person. */
  markRead(): void
  /** Asks that the text being streamed stops where it is. What was shown of it becomes a message of the log; without a connection it goes on. */
  stop(): void
}

export interface ChatControls extends Chat {
  /** Proves who the visitor is, by a JWT the site's own server signed; undefined forgets it (sign-out). */
  identify(jwt: string | undefined): Promise<void>
  /** Tells the relay again what the page is; call it when the page or its attributes changed. Not kept in the log. */
  refreshVisit(): void
  destroy(): void
}
