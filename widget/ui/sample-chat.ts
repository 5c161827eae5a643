import type { Holder, Participant } from '@hutong/core/entry'
import type { PartInput } from '@hutong/core/parts'
import type { Chat, Item, MessageItem, SystemItem } from '../chat.ts'
import { type Signal, signal } from '../signals.ts'

type Writable<T> = { [K in keyof T]: T[K] extends { readonly value: infer V } ? Signal<V> : T[K] }

/** A chat without a relay, for tests and the preview: signals to set, and what was asked of it in `asked`. */
export interface SampleChat extends Writable<Chat> {
  /** Name and arguments of every call, in order. */
  asked: (readonly [string, ...unknown[]])[]
  /** What the next `older` brings. */
  history: Item[]
}

export const ANNA: Participant = { kind: 'agent', id: 'anna', name: 'Anna Berg' }
export const BOT: Participant = { kind: 'bot', id: 'keywords', name: 'Helper' }
export const VISITOR: Participant = { kind: 'contact', id: 'visitor' }
const START = new Date(2026, 2, 2, 9, 30).getTime()

export function createSampleChat(items: readonly Item[] = []): SampleChat {
  const asked: SampleChat['asked'] = []
  const note =
    (name: string) =>
    (...args: unknown[]) => {
      asked.push([name, ...args])
    }
  const chat: SampleChat = {
    asked,
    history: [],
    ...sampleSignals(items),
    send(content) {
      asked.push(['send', content])
      chat.items.value = [
        ...chat.items.value,
        {
          ...said('mine', chat.items.value.length + 1, content),
          key: `sent:${asked.length}`,
          at: Date.now(),
          state: 'sending',
        },
      ]
    },
    choose: note('choose'),
    answer: note('answer'),
    rate: note('rate'),
    react: note('react'),
    edit: note('edit'),
    recall: note('recall'),
    retry: note('retry'),
    discard: note('discard'),
    upload(file) {
      asked.push(['upload', file])
      return { key: `upload:${file.name}`, cancel: () => asked.push(['cancel', file.name]) }
    },
    async older() {
      asked.push(['older'])
      chat.items.value = [...chat.history, ...chat.items.value]
      chat.more.value = false
    },
    reportTyping: note('reportTyping'),
    markRead() {
      asked.push(['markRead'])
      chat.unread.value = 0
      chat.read.value = chat.items.value.findLast((one) => one.seq !== undefined)?.seq ?? 0
    },
    stop: note('stop'),
  }
  return chat
}

function sampleSignals(items: readonly Item[]) {
  return {
    connection: signal<Chat['connection']['value']>('online'),
    items: signal(items),
    typing: signal<readonly Participant[]>([]),
    streams: signal<Chat['streams']['value']>([]),
    floor: signal<Chat['floor']['value']>(undefined),
    closed: signal(false),
    site: signal<Chat['site']['value']>({
      name: 'Teahouse',
      staffed: true,
      typingPreview: false,
      uploads: { maxBytes: 10_000_000, types: ['image/png', 'application/pdf'] },
    }),
    contact: signal<Chat['contact']['value']>(undefined),
    cursors: signal<Chat['cursors']['value']>([]),
    unread: signal(0),
    read: signal(items.at(-1)?.seq ?? 0),
    more: signal(false),
    loadingOlder: signal(false),
    loading: signal(false),
  }
}

/** A message of the visitor (`mine`) or of somebody else, two minutes after the one before. */
export function said(from: 'mine' | Participant, seq: number, content: string | readonly PartInput[]): MessageItem {
  const mine = from === 'mine'
  const parts = typeof content === 'string' ? [{ kind: 'text' as const, text: content }] : content
  return {
    kind: 'message',
    key: `m${seq}`,
    seq,
    at: START + seq * 120_000,
    from: mine ? VISITOR : from,
    mine,
    parts: parts.map(whole),
    state: mine ? 'read' : 'sent',
    edited: false,
    recalled: false,
    reactions: [],
  }
}

export function told(seq: number, body: SystemItem['body']): SystemItem {
  return { kind: 'system', key: `s${seq}`, seq, at: START + seq * 120_000, from: { kind: 'system', id: 'relay' }, body }
}

export function handedTo(seq: number, holder: Holder): SystemItem {
  return told(seq, { kind: 'handoff', floor: { holder, term: seq } })
}

function whole(part: PartInput): MessageItem['parts'][number] {
  switch (part.kind) {
    case 'text':
      return { ...part, format: part.format ?? 'plain' }
    case 'card':
      return { ...part, buttons: part.buttons ?? [] }
    case 'form':
      return {
        ...part,
        fields: part.fields.map((field) => ({
          ...field,
          type: field.type ?? 'text',
          required: field.required ?? false,
        })),
      }
    case 'rating':
      return { ...part, scale: part.scale ?? 'csat' }
    default:
      return part
  }
}
