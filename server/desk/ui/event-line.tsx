import type { Attributes, Participant } from '@hutong/core/entry'
import type { Words } from '../locales/en.ts'
import { type Around, participantName } from '../model/naming.ts'
import { reasonOf } from '../model/reasons.ts'
import type { EventRow } from '../model/rows.ts'
import { turnsOf } from '../model/summary-turns.ts'
import type { Thread } from '../model/thread.ts'
import { useDesk } from './desk-context.ts'
import { scoreOf } from './parts.tsx'

export function EventLine({ row, thread }: { row: EventRow; thread: Thread }) {
  const { words, format, channelName, botName } = useDesk()
  // Names throughout, so that a line reads the same for everybody.
  const around = { words, me: '', contact: thread.contact.value, channelName, botName }
  const { body } = row
  const summary = body.kind === 'handoff' ? body.summary : undefined
  return (
    <li class="event">
      <span>
        {sentence(row, around)} · <time dateTime={new Date(row.at).toISOString()}>{format.time(row.at)}</time>
      </span>
      {'reason' in body && body.reason && (
        <span class="event-detail">{words.events.reason(reasonOf(body.reason, row, { words, format }))}</span>
      )}
      {summary && <Summary text={summary} />}
    </li>
  )
}

function Summary({ text }: { text: string }) {
  const { words } = useDesk()
  const said = { '›': words.events.theySaid, '‹': words.events.weSaid, '⚠': '' }
  return (
    <ul class="event-detail warm" aria-label={words.events.summary}>
      {turnsOf(text).map(({ sign, text: line }, index) => (
        <li key={index} class={sign && 'turn'}>
          {sign && <span aria-hidden="true">{sign}</span>}
          {sign && <span class="hidden">{said[sign]}</span>}
          {line}
        </li>
      ))}
    </ul>
  )
}

interface Named extends Around {
  channelName(id: string): string
  botName(id: string): string
}

function sentence({ body, from }: EventRow, around: Named): string {
  const { words, channelName } = around
  const who = participantName(from, around)
  switch (body.kind) {
    case 'handoff':
      return handoffSentence(body.floor.holder, from, around)
    case 'status':
      return body.status === 'closed' ? words.events.closed(who) : reopenedBy(from, around)
    case 'stop':
      return words.events.stopped(who)
    case 'rating':
      return words.events.rated(scoreOf(body, words.solved)) + (body.comment ? ` – ${body.comment}` : '')
    case 'assigned':
      return body.agent ? words.events.assigned(participantName(body.agent, around)) : words.events.unassigned
    case 'contact':
      if ('merged' in body.changes) return mergedBy(from, around, body.changes.merged !== null)
      return words.events.contactChanged(changesLine(body.changes, words))
    case 'delivery': {
      const channel = channelName(body.channel)
      if (body.recall) return words.events.notTakenBack(channel)
      if (body.state === 'unsure') return words.events.unsure(channel)
      return body.next === undefined
        ? words.events.undelivered(channel)
        : words.events.sentInstead(channel, channelName(body.next))
    }
    case 'attributes':
      return words.events.attributesChanged(changesLine(body.changes, words))
  }
}

function handoffSentence(
  holder: Extract<EventRow['body'], { kind: 'handoff' }>['floor']['holder'],
  from: Participant,
  around: Named,
): string {
  const { words, botName } = around
  const who = participantName(from, around)
  switch (holder.kind) {
    case 'agent': {
      const name = participantName({ ...holder, kind: 'agent' }, around)
      return holder.id === from.id ? words.events.joined(name) : words.events.handedTo(who, name)
    }
    case 'queue':
      return from.kind === 'system' ? words.events.waiting : words.events.queued(who)
    case 'bot':
      return words.events.toBot(botName(holder.id))
    case 'none':
      return words.filters.closed
  }
}

function reopenedBy(from: Participant, around: Around): string {
  const { words } = around
  return from.kind === 'system' ? words.events.reopenedItself : words.events.reopened(participantName(from, around))
}

function mergedBy(from: Participant, around: Around, merged: boolean): string {
  const { events } = around.words
  const who = participantName(from, around)
  if (!merged) return events.unmerged(who)
  return from.kind === 'system' ? events.mergedItself : events.merged(who)
}

function changesLine(changes: Attributes, words: Words): string {
  return Object.entries(changes)
    .map(([name, value]) => `${name}: ${value === null ? words.empty : String(value)}`)
    .join(', ')
}
