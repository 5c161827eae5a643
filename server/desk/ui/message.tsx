import { useSignal } from '@preact/signals'
import { appName } from '../model/channels.ts'
import { participantName, speakerName } from '../model/naming.ts'
import { type Delivery, deliveryOf, type MessageRow, type NoteRow } from '../model/rows.ts'
import { partsLine } from '../model/summary.ts'
import type { Thread } from '../model/thread.ts'
import { isLost } from '../model/ways-out.ts'
import type { Workspace } from '../model/workspace.ts'
import { ChannelIcon, SpeakerAvatar } from './avatar.tsx'
import { useDesk } from './desk-context.ts'
import { Icon, type IconName } from './icons.tsx'
import { OriginalOf } from './original.tsx'
import { PartView } from './parts.tsx'

interface MessageProps {
  row: MessageRow
  thread: Thread
  /** The message that this one answers, when it is in view. */
  quoted?: MessageRow | undefined
}

export function Message({ row, thread, quoted }: MessageProps) {
  const { desk, words, format, botName } = useDesk()
  const { from } = row
  const contact = thread.contact.value
  const name = speakerName(from, { words, me: desk.me.id, contact, botName })
  const side = from.kind === 'contact' ? 'theirs' : from.kind === 'system' ? 'ours automatic' : 'ours'
  return (
    <li class={`message ${side}${row.first ? ' first' : ''}${row.last ? ' last' : ''}`}>
      {row.first && (
        <div class="run">
          <SpeakerAvatar from={from} contact={contact} />
          <span class="speaker">{name}</span>
          <time dateTime={new Date(row.at).toISOString()} title={format.full(row.at)}>
            {format.time(row.at)}
          </time>
          <CameBy row={row} thread={thread} />
        </div>
      )}
      {quoted && (
        <p class="quote">
          <span class="hidden">{words.quoted}: </span>
          {partsLine(quoted.parts, words)}
        </p>
      )}
      <div class="line">
        {row.recalled ? (
          <div class="bubble text recalled">{words.recalled}</div>
        ) : (
          row.parts.map((part, index) => <PartView key={index} part={part} row={row} />)
        )}
        <Recall row={row} conversation={thread.id} />
      </div>
      {isCut(row, desk) && <OriginalOf row={row} conversation={thread.id} />}
      {row.reactions.length > 0 && (
        <ul class="reactions">
          {row.reactions.map(({ emoji, count }) => (
            <li key={emoji}>
              {emoji}
              {count > 1 && ` ${count}`}
            </li>
          ))}
        </ul>
      )}
      <Meta row={row} thread={thread} />
      <Undelivered row={row} thread={thread} />
    </li>
  )
}

/** Where it came from, unless that goes without saying; a colleague may have written outside of the desk. */
function CameBy({ row: { channel, from }, thread }: Pick<MessageProps, 'row' | 'thread'>) {
  const { desk, words, channelName } = useDesk()
  const several = (thread.contact.value?.identities.length ?? 0) > 1
  if (channel === undefined || (channel === 'web' && !several)) return null
  return (
    <span class="came-by">
      <ChannelIcon channel={channel} />
      {from.kind === 'contact' ? channelName(channel) : words.writtenIn(appName(channel, desk.channels.value, words))}
    </span>
  )
}

/** Whether the channel it came by may keep more of it than the log. */
function isCut({ from, channel, seq }: MessageRow, { channels }: Workspace): boolean {
  if (from.kind !== 'contact' || seq === 0 || channel === undefined || channel === 'web') return false
  return channels.value.find(({ id }) => id === channel)?.originals ?? true
}

const MARKS: Readonly<Record<Delivery, IconName>> = {
  sending: 'clock',
  waiting: 'clock',
  failed: 'alert',
  sent: 'check',
  delivered: 'checks',
  read: 'checks',
}

/** Beside the message, only for who points at it or walks there by key. */
function Recall({ row, conversation }: { row: MessageRow; conversation: string }) {
  const { desk, words } = useDesk()
  const ours = row.from.id === desk.me.id || row.from.kind === 'bot'
  if (row.seq === 0 || row.recalled || !ours) return null
  return (
    <button type="button" class="link recall" onClick={() => void desk.actions.recall(conversation, row.seq)}>
      {words.recall}
    </button>
  )
}

function Meta({ row, thread }: { row: MessageRow; thread: Thread }) {
  const { words, channelName } = useDesk()
  const state = row.from.kind === 'contact' ? undefined : deliveryOf(row, thread.reached.value)
  const sent = thread.outgoing.value.get(row.seq)
  const shown = state !== undefined && (row.last || row.pending) && !(sent && isLost(sent))
  return (
    <div class="meta">
      {row.edited && <span>{words.edited}</span>}
      {shown && (
        <span class={`delivery ${state}`}>
          {state === 'failed' && row.pending?.error?.message}
          <Icon name={MARKS[state]} />
          <span class={state === 'waiting' || state === 'failed' ? undefined : 'hidden'}>{words.delivery[state]}</span>
        </span>
      )}
      {sent && !isLost(sent) && (
        <span class={`delivery ${sent.state}`}>{words.outgoing[sent.state](channelName(sent.channel))}</span>
      )}
      {row.pending && <PendingActions pending={row.pending} />}
    </div>
  )
}

/** A message that a channel did not bring, or perhaps not: why, and what can be done. */
function Undelivered({ row, thread }: { row: MessageRow; thread: Thread }) {
  const { desk, words, channelName } = useDesk()
  const busy = useSignal(false)
  const sent = thread.outgoing.value.get(row.seq)
  if (!sent || !isLost(sent)) return null
  const { state, channel, reason } = sent
  const failed = state === 'failed'

  async function resend() {
    busy.value = true
    await desk.errands.resend(thread.id, row.seq)
    busy.value = false
  }

  return (
    <div class={failed ? 'undelivered failed' : 'undelivered'}>
      <Icon name="alert" />
      <div>
        <p>{words.outgoing[failed ? 'failed' : 'unsure'](channelName(channel))}</p>
        {reason && <p class="undelivered-reason">{words.events.reason(reason)}</p>}
        {!row.recalled && (
          <button type="button" class="link" disabled={busy.value} onClick={() => void resend()}>
            {failed ? words.resend : words.resendUnsure}
          </button>
        )}
      </div>
    </div>
  )
}

function PendingActions({ pending: { key, state } }: { pending: NonNullable<MessageRow['pending']> }) {
  const { desk, words } = useDesk()
  if (state !== 'failed' && state !== 'waiting') return null
  return (
    <>
      <button type="button" class="link" onClick={() => desk.outbox.retry(key)}>
        {words.retry}
      </button>
      <button type="button" class="link" onClick={() => desk.outbox.discard(key)}>
        {words.discard}
      </button>
    </>
  )
}

export function Note({ row, thread }: { row: NoteRow; thread: Thread }) {
  const { desk, words, format } = useDesk()
  const name = participantName(row.from, { words, me: desk.me.id, contact: thread.contact.value })
  return (
    <li class="note">
      <div class="run">
        <Icon name="note" />
        <span class="speaker">
          {words.note} · {name}
        </span>
        <time dateTime={new Date(row.at).toISOString()} title={format.full(row.at)}>
          {format.time(row.at)}
        </time>
      </div>
      <p>{row.text}</p>
      {row.pending && row.pending.state !== 'sent' && (
        <div class="meta">
          <span class={`delivery ${row.pending.state}`}>{words.delivery[row.pending.state]}</span>
          <PendingActions pending={row.pending} />
        </div>
      )}
    </li>
  )
}
