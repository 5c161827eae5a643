import type { Adapter } from '@hutong/core/adapter'
import type { Conversation } from '@hutong/core/conversation'
import { type Entry, isOutsider } from '@hutong/core/entry'
import { HutongError, toHutongError } from '@hutong/core/errors'
import { languageOf, wordsOf } from './backends/words-of.ts'
import type { Committer } from './commit.ts'
import type { FloorSettings } from './floor-settings.ts'
import type { RoutedSite } from './identify.ts'
import type { LeaveAddress } from './leave-address.ts'
import type { Carrier } from './outbox.ts'
import { firstHolder, RELAY } from './route.ts'
import { isTraditional } from './simplified.ts'
import type { LogStore, Made, NewDelivery, PeopleStore } from './stores/store.ts'
import { after, isTraditionalChinese, type WaitingWords, waitingWordsFor } from './waiting-words.ts'
import type { Ways } from './ways.ts'

export interface WaitingOptions {
  store: Pick<LogStore, 'conversation' | 'entries'> & Pick<PeopleStore, 'contact'>
  committer: Pick<Committer, 'append'>
  ways: Pick<Ways, 'deliveries'>
  sites: readonly RoutedSite[]
  channels: ReadonlyMap<string, Adapter>
  leaveAddress: Pick<LeaveAddress, 'ask'> | undefined
  /** Whether anybody is there to answer this site; without it somebody always is. */
  staffed?(site: string): boolean
  now(): number
}

const TOLD = 'waiting:told'
const UNANSWERED = 'waiting:unanswered'
const TRIES = 8
const MARK = 'relay:waiting:'
/** How many entries it looks through. */
const LOOK = 200

/** What a write owes to a customer who comes to wait for a person by it, or waits no more. Pure. */
export function waitingWork(
  { routing, floor: settings }: RoutedSite,
  conversation: Conversation,
  { decision, at }: { decision: Made; at: number },
): Pick<Made, 'deliveries' | 'cancel'> {
  if (!settings) return {}
  const deliveries: NewDelivery[] = []
  const queued = comesToWait(conversation, decision)
  if (settings.tellWaiting && queued !== -1 && firstHolder(routing).kind === 'bot')
    deliveries.push({ lane: `${TOLD}:${conversation.id}`, target: TOLD, entry: queued })
  const lane = `${UNANSWERED}:${conversation.id}`
  const { waitingSince, quiet } = decision
  const { unansweredMs } = settings
  const begins = unansweredMs !== undefined && typeof waitingSince === 'number' && conversation.waitingSince === null
  if (begins && !quiet)
    deliveries.push({ lane, target: UNANSWERED, entry: decision.entries.length - 1, due: at + unansweredMs })
  return { deliveries, ...(waitingSince === null && conversation.waitingSince !== null && { cancel: [lane] }) }
}

/** Which entry gives the floor from a bot to the queue, or -1. A closed conversation that opens again comes from its first bot. */
function comesToWait({ floor }: Conversation, { entries, quiet, floor: to }: Made): number {
  if (quiet || to?.holder.kind !== 'queue') return -1
  if (floor.holder.kind !== 'bot' && floor.holder.kind !== 'none') return -1
  return entries.findIndex(({ body }) => body.kind === 'handoff' && body.floor.holder.kind === 'queue')
}

/**
 * Tells customers that they wait for a person: once when they begin to, and once more when nobody has answered for long. Done again
 * for the same entry, it says nothing twice.
 */
export function createWaiting(options: WaitingOptions): Carrier {
  return {
    tries: TRIES,
    async deliver({ target, event }) {
      const conversation = await options.store.conversation(event.conversation)
      const site = options.sites.find(({ id }) => id === conversation?.site)
      if (!conversation || !site?.floor || !isWaiting(conversation, target, event.floor.term)) return { state: 'done' }
      const entries = await options.store.entries(conversation.id, { before: conversation.last + 1, limit: LOOK })
      const asking = { conversation, site, entries, settings: site.floor, again: target === UNANSWERED }
      if (!isToldAlready(options, asking)) await tell(options, asking, event.entry.seq)
      return { state: 'done' }
    },
  }
}

/** An answer cancels what was due for want of one. */
function isWaiting({ status, waitingSince, floor }: Conversation, target: string, term: number): boolean {
  if (status !== 'open' || floor.holder.kind !== 'queue') return false
  return target === TOLD ? floor.term === term : waitingSince !== null
}

interface Asking {
  conversation: Conversation
  site: RoutedSite
  settings: FloorSettings
  entries: readonly Entry[]
  again: boolean
}

/** Where messages gather into letters, one of a kind is enough for the thread, so that no two robots write to each other. */
function isToldAlready({ channels }: WaitingOptions, { conversation, entries, again }: Asking): boolean {
  const can = channels.get(conversation.channel)?.capabilities
  if (!can || can.readsLog || can.gatherMs === 0) return false
  return entries.some(({ key, from }) => from.kind === 'system' && key.startsWith(markOf(again)))
}

function markOf(again: boolean): string {
  return `${MARK}${again ? 'again' : 'told'}:`
}

async function tell(options: WaitingOptions, asking: Asking, seq: number): Promise<void> {
  const { conversation, site, settings, again } = asking
  const words = waitingWordsFor(settings.says, await localeOf(options, asking))
  const asked = await options.leaveAddress?.ask(conversation.id, again ? { again: words.again } : {})
  if (asked === 'asked' || (asked === 'before' && !again)) return
  const text = again ? words.again : textOf(words, options.staffed?.(site.id) ?? true)
  await say(options, asking, { key: `${markOf(again)}${seq}`, text })
}

function textOf({ queued, nobody, leave }: WaitingWords, staffed: boolean): string {
  return staffed ? queued : after(nobody, leave)
}

/** The customer's language; of one who is not known, that of the words, as far as their script tells. */
async function localeOf({ store }: WaitingOptions, asking: Asking): Promise<string | undefined> {
  const { conversation, site, entries } = asking
  const known = (await store.contact(conversation.contact))?.locale
  if (known !== undefined) return known
  const said = entries.filter(({ from }) => from.kind === 'contact' && !isOutsider(from)).map(wordsOf)
  const text = said.findLast((words) => /\p{L}/u.test(words))
  if (text === undefined) return site.locales?.[0]
  if (isTraditional(text)) return site.locales?.find(isTraditionalChinese) ?? 'zh-Hant'
  const language = languageOf(text)
  const isChinese = (locale: string) => locale.toLowerCase().startsWith('zh')
  return site.locales?.find((one) => isChinese(one) === (language === 'zh')) ?? language
}

/** Nothing is said to a customer who does not wait any more. */
async function say(
  { committer, ways, now }: WaitingOptions,
  { conversation, site }: Asking,
  { key, text }: { key: string; text: string },
): Promise<void> {
  const from = { ...RELAY, ...(site.name !== undefined && { name: site.name }) }
  const deliveries = await ways.deliveries(conversation)
  const answered = new HutongError('conflict', 'the customer does not wait any more')
  await committer
    .append({
      to: { conversation: conversation.id },
      key,
      at: now(),
      decide: ({ floor, status }) =>
        floor.term === conversation.floor.term && status === 'open'
          ? {
              entries: [{ from, body: { kind: 'message', parts: [{ kind: 'text', text, format: 'plain' }] } }],
              deliveries,
            }
          : { refuse: answered },
    })
    .catch((thrown: unknown) => {
      if (toHutongError(thrown) !== answered) throw thrown
    })
}
