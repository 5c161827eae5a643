import type { Adapter } from '@hutong/core/adapter'
import type { Conversation } from '@hutong/core/conversation'
import { type BodyOf, type Entry, isOutsider } from '@hutong/core/entry'
import { HutongError, toHutongError } from '@hutong/core/errors'
import type { Part, RatingScale } from '@hutong/core/parts'
import { ofRating, ratingKey, ratingOf } from './ask-rating-open.ts'
import type { RatingSettings } from './ask-rating-settings.ts'
import { type AskRatingWords, askRatingWordsFor, ownWords } from './ask-rating-words.ts'
import { languageOf, wordsOf } from './backends/words-of.ts'
import type { Committer, Owing } from './commit.ts'
import type { RoutedSite } from './identify.ts'
import type { Carrier } from './outbox.ts'
import { isTalk } from './reach.ts'
import { RELAY } from './route.ts'
import type { LogStore, Made, NewDelivery, PeopleStore, SmallStore, Write } from './stores/store.ts'
import type { Ways } from './ways.ts'

export interface AskRatingOptions {
  store: Pick<LogStore, 'conversation' | 'entries'> &
    Pick<PeopleStore, 'contact' | 'linked'> &
    Pick<SmallStore, 'get' | 'set'>
  committer: Pick<Committer, 'append'>
  ways: Pick<Ways, 'of' | 'deliveries'>
  sites: readonly RoutedSite[]
  channels: ReadonlyMap<string, Adapter>
  now(): number
}

const TARGET = 'rating:ask'
const TRIES = 8
/** When a contact was asked last. */
const ASKED = 'ratings:asked'
/** How many entries of one conversation it looks through, a page at a time. */
const LOOK = 1_000
const PAGE = 100

/** Stores the asking together with what it is for: whatever closes a conversation, whatever brings a score. */
export function owingRatings(sites: readonly RoutedSite[]): Owing {
  const asking = new Set(sites.flatMap(({ id, ratings }) => (ratings ? [id] : [])))
  return (made, conversation) => {
    if (!asking.has(conversation.site)) return made
    const work = workFor(conversation, made)
    return work.length === 0 ? made : { ...made, deliveries: [...(made.deliveries ?? []), ...work] }
  }
}

function workFor({ id, status }: Conversation, { entries, quiet }: Made): NewDelivery[] {
  if (quiet) return []
  const concerns = entries.findIndex(({ body }) =>
    body.kind === 'status' ? body.status === 'closed' && status === 'open' : body.kind === 'rating',
  )
  return concerns === -1 ? [] : [{ lane: `rating:${id}`, target: TARGET, entry: concerns }]
}

/**
 * Asks at the close of a conversation how it was, one scale after another, and what went wrong after a low score. Done again for the
 * same entry, it says nothing twice.
 */
export function createAskRating(options: AskRatingOptions): Carrier {
  const { store, sites } = options
  return {
    tries: TRIES,
    async deliver({ event }) {
      const conversation = await store.conversation(event.conversation)
      const site = sites.find(({ id }) => id === conversation?.site)
      if (conversation?.status !== 'closed' || !site?.ratings) return { state: 'done' }
      const asking = { conversation, site, settings: site.ratings }
      const { entry } = event
      if (entry.body.kind === 'status') await closed(options, asking, entry.seq)
      if (entry.body.kind === 'rating') await rated(options, asking, { ...entry, body: entry.body })
      return { state: 'done' }
    },
  }
}

interface Asking {
  conversation: Conversation
  site: RoutedSite
  settings: RatingSettings
}

async function closed(options: AskRatingOptions, asking: Asking, closing: number): Promise<void> {
  const { conversation, settings } = asking
  const [first] = scalesOf(settings)
  if (first === undefined || (await isOpenedSince(options, conversation, closing))) return
  const before = await sinceLastClosing(options, conversation, closing)
  if (!isWorthAsking(before, settings) || (await isAskedLately(options, asking))) return
  if ((await options.ways.of(conversation)).length === 0) return
  const state = { scope: ASKED, key: conversation.contact, value: options.now() }
  await say(options, asking, { key: ratingKey(closing, 0), words: (words) => questionOf(asking, words, first), state })
}

async function rated(
  options: AskRatingOptions,
  asking: Asking,
  { body, channel }: Entry & { body: BodyOf<'rating'> },
): Promise<void> {
  const { conversation, settings } = asking
  const [question] =
    body.of === undefined ? [] : await options.store.entries(conversation.id, { after: body.of - 1, limit: 1 })
  const asked = question && ofRating(question)
  if (!asked || (await isOpenedSince(options, conversation, asked.closing))) return
  const { closing, about } = asked
  const next = scalesOf(settings)[Number(about[0]) + 1]
  if (next !== undefined) {
    const key = ratingKey(closing, Number(about[0]) + 1)
    return say(options, asking, { key, words: (words) => questionOf(asking, words, next) })
  }
  const entries = await options.store.entries(conversation.id, { after: closing, limit: LOOK })
  const poor = settings.comment ? poorOne(entries) : undefined
  if (poor !== undefined)
    return say(options, asking, { key: ratingKey(closing, { why: poor }), words: ({ why }) => text(why) })
  const capabilities = options.channels.get(channel ?? conversation.channel)?.capabilities
  if (isTalk(capabilities) && !isAwaitingWords(entries))
    await say(options, asking, { key: ratingKey(closing, 'thanks'), words: ({ thanks }) => text(thanks) })
}

function scalesOf({ ask }: RatingSettings): readonly RatingScale[] {
  return typeof ask === 'string' ? [ask] : [...new Set(ask)]
}

/** Up to here the customer was not content; the bounds of NPS are those of its detractors. */
const LOW: Readonly<Record<RatingScale, number>> = { csat: 2, nps: 6, ces: 3, solved: 0 }

/** The question whose score is low and still without a word, unless words were asked for already. */
function poorOne(entries: readonly Entry[]): number | undefined {
  if (entries.some((one) => ofRating(one)?.about[0] === 'why')) return undefined
  const scores = entries.flatMap((one) => (ofRating(one) ? (ratingOf(entries, one.seq) ?? []) : []))
  if (scores.some(({ comment }) => comment !== undefined)) return undefined
  return scores.findLast(({ scale, score }) => score <= LOW[scale])?.of
}

function isAwaitingWords(entries: readonly Entry[]): boolean {
  const why = entries.find((one) => ofRating(one)?.about[0] === 'why')
  const of = why && Number(ofRating(why)?.about[1])
  return of !== undefined && ratingOf(entries, of)?.comment === undefined
}

async function isOpenedSince({ store }: AskRatingOptions, { id }: Conversation, closing: number): Promise<boolean> {
  const after = await store.entries(id, { after: closing, limit: LOOK })
  return after.some(({ body }) => body.kind === 'status' && body.status === 'open')
}

async function sinceLastClosing({ store }: AskRatingOptions, { id }: Conversation, closing: number): Promise<Entry[]> {
  const found: Entry[] = []
  for (let before = closing; found.length < LOOK && before > 1; before = found[0]?.seq ?? 0) {
    const page = await store.entries(id, { before, limit: PAGE })
    const last = page.findLastIndex(({ body }) => body.kind === 'status' && body.status === 'closed')
    found.unshift(...page.slice(last + 1))
    if (last !== -1 || page.length === 0) break
  }
  return found
}

/** The customer said something, somebody answered, and nobody has asked already. */
function isWorthAsking(entries: readonly Entry[], { afterAgent, afterBot }: RatingSettings): boolean {
  const messages = entries.filter(({ body }) => body.kind === 'message')
  const answeredBy = (kind: string) => messages.some(({ from }) => from.kind === kind)
  const heard = messages.some(({ from }) => from.kind === 'contact' && !isOutsider(from))
  const answered = answeredBy('agent') ? afterAgent : answeredBy('bot') && afterBot
  return heard && answered && !messages.some((one) => !ofRating(one) && asksForScore(one))
}

function asksForScore({ from, body }: Entry): boolean {
  return from.kind !== 'contact' && body.kind === 'message' && body.parts.some(({ kind }) => kind === 'rating')
}

async function isAskedLately({ store, now }: AskRatingOptions, { conversation, settings }: Asking): Promise<boolean> {
  const person = [conversation.contact, ...(await store.linked(conversation.contact))]
  const times = await Promise.all(person.map((id) => store.get(ASKED, id)))
  return times.some((at) => typeof at === 'number' && now() - at < settings.withinMs)
}

function questionOf({ settings }: Asking, words: AskRatingWords & { locale?: string }, scale: RatingScale): Part {
  const question = ownWords(settings.questions[scale], words.locale) ?? words.questions[scale]
  return { kind: 'rating', scale, question }
}

interface Saying {
  key: string
  words(words: AskRatingWords & { locale?: string }): Part
  state?: NonNullable<Write['state']>
}

/** Nothing is said to a customer who has begun to write again. */
async function say(
  { store, committer, ways, now }: AskRatingOptions,
  { conversation, site }: Asking,
  { key, words, state }: Saying,
): Promise<void> {
  const locale = await localeOf(store, { conversation, site })
  const part = words({ ...askRatingWordsFor(locale), ...(locale !== undefined && { locale }) })
  const from = { ...RELAY, ...(site.name !== undefined && { name: site.name }) }
  const deliveries = await ways.deliveries(conversation)
  const begun = new HutongError('conflict', 'the conversation is open again')
  await committer
    .append({
      to: { conversation: conversation.id },
      key,
      at: now(),
      ...(state && { state }),
      decide: ({ status }) =>
        status === 'closed'
          ? { entries: [{ from, body: { kind: 'message', parts: [part] } }], deliveries }
          : { refuse: begun },
    })
    .catch((thrown: unknown) => {
      if (toHutongError(thrown) !== begun) throw thrown
    })
}

/** The contact's own, where the channel tells; else the site's one that fits what they wrote last, or its first. */
async function localeOf(
  store: AskRatingOptions['store'],
  { conversation: { id, contact }, site }: Pick<Asking, 'conversation' | 'site'>,
): Promise<string | undefined> {
  const told = (await store.contact(contact))?.locale
  if (told !== undefined) return told
  const entries = await store.entries(id, { before: Number.MAX_SAFE_INTEGER, limit: PAGE })
  const said = entries.filter(({ from }) => from.kind === 'contact' && !isOutsider(from)).map(wordsOf)
  const last = said.findLast((words) => /\p{L}/u.test(words))
  const written = last === undefined ? undefined : languageOf(last)
  return site.locales?.find((one) => one.split('-', 1)[0] === written) ?? site.locales?.[0]
}

function text(words: string): Part {
  return { kind: 'text', text: words, format: 'plain' }
}
