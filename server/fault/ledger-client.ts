import type { Entry } from '@hutong/core/entry'
import { connectLight, type LightClient } from '../bench/light-client.ts'
import type { Random } from './random.ts'

/**
 * One tab of a visitor who never gives up: writes, keeps book of what was acknowledged and what arrived, and after every
 * cut connects again, resumes after what it has and repeats what was not acknowledged under the same keys.
 */
export interface LedgerClient {
  readonly name: string
  readonly site: string
  /** The visitor token, once the relay gave one. */
  readonly token: Promise<string>
  readonly ledger: Ledger
  /** Writes no more; what is under way is still brought home. */
  stopWriting(): void
  /** Nothing is unacknowledged, and all that was announced has arrived. */
  readonly atRest: boolean
  close(): void
}

export interface Ledger {
  /** Every key ever sent, in the order of writing. */
  sent: string[]
  acked: Map<string, number>
  /** Key and author of what arrived, in order: index 0 is `seq` 1. */
  received: { key: string; author: string }[]
  conversation: string | undefined
  connects: number
  goaways: number
  /** Whatever a client must never see. */
  faults: string[]
}

export interface LedgerOptions {
  url: string
  site: string
  name: string
  random: Random
  /** Another tab's token to share its conversation. */
  token?: string
  /** Most messages under way, and the longest pause between two, in milliseconds. */
  window: number
  pauseMs: number
}

type Answer = { seq: number; at: number } | { entries: Entry[]; last: number }

interface Tab extends LedgerOptions {
  ledger: Ledger
  got: PromiseWithResolvers<string>
  client: LightClient | undefined
  /** Greeted by the relay on this connection, with what was unacknowledged sent again first. */
  seated: boolean
  token?: string
  /** Keys not acknowledged yet, in the order of writing. */
  open: string[]
  /** What each request was: the key it sends, or `after`. */
  requests: Map<number, string>
  nextId: number
  last: number
  asking: boolean
  writing: boolean
  closed: boolean
}

export function createLedgerClient(options: LedgerOptions): LedgerClient {
  const tab: Tab = {
    ...options,
    ledger: { sent: [], acked: new Map(), received: [], conversation: undefined, connects: 0, goaways: 0, faults: [] },
    got: Promise.withResolvers(),
    client: undefined,
    seated: false,
    open: [],
    requests: new Map(),
    nextId: 0,
    last: 0,
    asking: false,
    writing: true,
    closed: false,
  }
  connect(tab)
  return {
    name: options.name,
    site: options.site,
    token: tab.got.promise,
    ledger: tab.ledger,
    stopWriting() {
      tab.writing = false
    },
    get atRest() {
      return tab.open.length === 0 && tab.ledger.received.length >= tab.last
    },
    close() {
      tab.closed = true
      tab.client?.close()
    },
  }
}

function connect(tab: Tab): void {
  if (tab.closed) return
  const { ledger, token } = tab
  const auth = { site: tab.site, after: ledger.received.length, ...(token === undefined ? {} : { token }) }
  const client = connectLight(tab.url, auth, {
    ready: (text) => onReady(tab, JSON.parse(text)[1]),
    ack: (answer) => onAnswer(tab, answer.id, JSON.parse(answer.text())[0]),
    entries: (packet) => onEntries(tab, JSON.parse(packet.text())[1]),
    event: (text) => {
      if (text.startsWith('["goaway"')) ledger.goaways += 1
    },
    refused(text) {
      const { data } = JSON.parse(text)
      if (data?.retryable !== true) ledger.faults.push(`connect refused: ${text}`)
      client.close()
    },
    closed() {
      tab.client = undefined
      tab.seated = false
      tab.requests.clear()
      tab.asking = false
      setTimeout(connect, tab.random.between(10, 120), tab)
    },
  })
  tab.client = client
}

interface Ready {
  token?: string
  last: number
}

function onReady(tab: Tab, { token, last }: Ready): void {
  const { ledger } = tab
  ledger.connects += 1
  if (token !== undefined) tab.token = token
  tab.got.resolve(tab.token ?? '')
  if (last < ledger.received.length)
    ledger.faults.push(`the log ended at ${last} after ${ledger.received.length} had arrived`)
  for (const [key, seq] of ledger.acked)
    if (seq > last) ledger.faults.push(`${key} was acknowledged as ${seq}, the log ends at ${last}`)
  tab.last = Math.max(tab.last, last)
  for (const key of tab.open) send(tab, key)
  tab.seated = true
  for (let count = tab.open.length; count < tab.window; count++) write(tab)
}

function write(tab: Tab): void {
  if (!tab.writing || tab.closed || !tab.seated || tab.open.length >= tab.window) return
  const key = `${tab.name}:${tab.ledger.sent.length + 1}`
  tab.ledger.sent.push(key)
  tab.open.push(key)
  send(tab, key)
}

function send(tab: Tab, key: string): void {
  const text = `${key} asks where the parcel is`
  request(tab, key, ['send', { key, body: { kind: 'message', parts: [{ kind: 'text', text }] } }])
}

function request(tab: Tab, as: string, [event, payload]: [string, object]): void {
  const id = tab.nextId++
  tab.requests.set(id, as)
  tab.client?.request(id, event, JSON.stringify(payload))
}

function onAnswer(tab: Tab, id: number, answer: Answer): void {
  const as = tab.requests.get(id)
  tab.requests.delete(id)
  if (as === undefined) return
  if ('entries' in answer) {
    tab.asking = false
    onEntries(tab, answer)
  } else if ('seq' in answer) onAcked(tab, as, answer.seq)
  else tab.ledger.faults.push(`${as} was refused: ${JSON.stringify(answer)}`)
}

function onAcked(tab: Tab, key: string, seq: number): void {
  const { acked, faults } = tab.ledger
  const before = acked.get(key)
  if (before !== undefined && before !== seq) faults.push(`${key} was acknowledged as ${before} and as ${seq}`)
  acked.set(key, seq)
  tab.last = Math.max(tab.last, seq)
  tab.open = tab.open.filter((one) => one !== key)
  setTimeout(write, tab.random.between(0, tab.pauseMs), tab)
}

function onEntries(tab: Tab, { entries, last }: { entries: Entry[]; last: number }): void {
  const { ledger } = tab
  tab.last = Math.max(tab.last, last)
  for (const { seq, key, from, conversation } of entries) {
    ledger.conversation ??= conversation
    if (conversation !== ledger.conversation)
      ledger.faults.push(`an entry of ${conversation} in ${ledger.conversation}`)
    const known = ledger.received[seq - 1]
    if (known && known.key !== key) ledger.faults.push(`entry ${seq} was ${known.key} and is ${key}`)
    if (seq === ledger.received.length + 1) ledger.received.push({ key, author: from.kind })
  }
  if (ledger.received.length >= tab.last || tab.asking) return
  tab.asking = true
  request(tab, 'after', ['after', { after: ledger.received.length, limit: 100 }])
}
