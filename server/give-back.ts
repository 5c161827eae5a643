import type { Conversation } from '@hutong/core/conversation'
import type { Entry } from '@hutong/core/entry'
import { HutongError, toHutongError } from '@hutong/core/errors'
import type { Committer } from './commit.ts'
import type { RoutedSite } from './identify.ts'
import type { Carrier } from './outbox.ts'
import { DESK, GIVEN_BACK, handedOff, RELAY } from './route.ts'
import type { ClaimedDelivery, LogStore, Made, Write } from './stores/store.ts'

export interface GiveBackOptions {
  store: Pick<LogStore, 'conversation' | 'entries'>
  committer: Pick<Committer, 'append'>
  sites: readonly RoutedSite[]
  now(): number
}

const TARGET = 'back:bot'
const TRIES = 8
/** How many entries after the last word it looks through. */
const LOOK = 200
const PEOPLE: readonly string[] = ['agent', 'queue']

/** The backend that gets the floor back, undefined when the site wants none to. */
export function backTo({ routing, floor }: Pick<RoutedSite, 'routing' | 'floor'>): string | undefined {
  if (floor?.backToBotAfterMs === undefined) return undefined
  return floor.backTo ?? routing.find((name) => name !== DESK)
}

/** An agent's words begin the silence anew; the customer's words, or a floor that is with no person any more, end it. Pure. */
export function silenceWork(
  site: RoutedSite,
  conversation: Conversation,
  { decision, at }: { decision: Made; at: number },
): Pick<Made, 'deliveries' | 'cancel'> {
  const { floor: settings } = site
  if (settings?.backToBotAfterMs === undefined || backTo(site) === undefined) return {}
  const { holder } = decision.floor ?? conversation.floor
  const spoken = decision.entries.findLastIndex((one) => isSpeech(one.body))
  const moved = decision.floor !== undefined && !PEOPLE.includes(holder.kind)
  if (spoken === -1 && !moved) return {}
  const lane = `${TARGET}:${conversation.id}`
  const begins = spoken !== -1 && decision.entries[spoken]?.from?.kind === 'agent' && PEOPLE.includes(holder.kind)
  return {
    cancel: [lane],
    ...(begins && { deliveries: [{ lane, target: TARGET, entry: spoken, due: at + settings.backToBotAfterMs }] }),
  }
}

function isSpeech({ kind }: Entry['body']): boolean {
  return kind === 'message' || kind === 'answer'
}

/**
 * Gives the floor back to a bot when the customer has said nothing for the stated time after an agent's last word. The bot is not told:
 * it hears the customer's next message, and greets nobody before that.
 */
export function createGiveBack(options: GiveBackOptions): Carrier {
  const { store, sites, committer, now } = options
  return {
    tries: TRIES,
    async deliver({ event }) {
      const conversation = await store.conversation(event.conversation)
      const site = sites.find(({ id }) => id === conversation?.site)
      const bot = site && backTo(site)
      if (!conversation || bot === undefined || !isTheirs(conversation, event)) return { state: 'done' }
      const since = await store.entries(conversation.id, { after: event.entry.seq, limit: LOOK })
      if (since.some(({ body }) => isSpeech(body))) return { state: 'done' }
      return committer.append(giving(conversation, { bot, event, at: now() })).then(
        () => ({ state: 'done' }),
        (thrown: unknown) => {
          if (toHutongError(thrown) !== AGAIN) throw thrown
          return { state: 'wait', due: now() }
        },
      )
    },
  }
}

/** Something was written in the meantime: it looks once more. */
const AGAIN = new HutongError('conflict', 'the conversation went on')

function isTheirs({ status, floor }: Conversation, { floor: then }: ClaimedDelivery['event']): boolean {
  return status === 'open' && PEOPLE.includes(floor.holder.kind) && floor.term === then.term
}

function giving(
  { id, last }: Conversation,
  { bot, event, at }: { bot: string; event: ClaimedDelivery['event']; at: number },
): Write {
  return {
    to: { conversation: id },
    key: `${event.id}:back`,
    at,
    decide(conversation) {
      if (conversation.last !== last) return { refuse: AGAIN }
      const handed = handedOff(conversation, { from: RELAY, to: { kind: 'bot', id: bot }, at, reason: GIVEN_BACK })
      return 'refuse' in handed ? handed : { ...handed, deliveries: [] }
    },
  }
}
