import type { Logger } from '@hutong/core/adapter'
import type { Event } from '@hutong/core/backend'
import type { Conversation } from '@hutong/core/conversation'
import { alertWordsFor } from './alert-words.ts'
import type { Relay } from './relay.ts'
import type { ConversationItem, LogStore, PeopleStore, SmallStore } from './stores/store.ts'

/** Where a group of agents is told, and when. */
export interface AlertRule {
  /** The same in every run: what was told is remembered under it. */
  id: string
  robot: Robot
  /** Of one site alone; of all when absent. */
  site?: string
  /** How long a conversation waits for a person to take it before it is told. */
  waitingMs: number
  /** How long a customer may be without an answer of a person; never told when absent. */
  answerMs?: number
}

export interface Robot {
  /** Resolves when the group has it. */
  alert(alert: { title: string; url: string }): Promise<void>
}

export interface AlertsOptions {
  relay: Pick<Relay, 'onEvents'>
  store: Pick<LogStore, 'conversation' | 'conversations'> &
    Pick<PeopleStore, 'contact'> &
    Pick<SmallStore, 'get' | 'set' | 'lease' | 'releaseLease'>
  rules: readonly AlertRule[]
  /** What a site is called, and the language of its agents. */
  about(site: string): { name: string; locale: string | undefined }
  /** Where the desk shows a conversation. */
  link(conversation: string): string
  /** The name of this node in leases. */
  owner: string
  now(): number
  logger: Logger
}

export interface Alerts {
  /** Looks after what was waiting when the relay stopped. */
  start(): Promise<void>
  /** Resolves when nothing is under way any more. */
  close(): Promise<void>
}

/** What was told of a conversation since its customer began to wait, so that a restart tells nothing twice. */
interface Told {
  since: number
  what: string[]
}

const SCOPE = 'alerts'
const PAGE = 100
/** How soon a group that could not be reached is told again. */
const AGAIN_MS = 60_000
/** How long a node that died while it told a group keeps others from it; longer than telling takes. */
const LEASE_MS = 120_000
/** How soon a node looks at what another one is at. */
const OTHER_MS = 2_000
/** Node's timers hold no more. */
const FAR_MS = 2 ** 31 - 1
const CONCERNS: readonly string[] = ['message', 'answer', 'handoff', 'status']

/**
 * Tells groups of agents of conversations that wait for a person and of customers who wait too long, once each, however many nodes
 * look after them. What was told is kept after it was told: a crash in between tells it twice rather than never.
 */
export function createAlerts({ relay, store, rules, ...options }: AlertsOptions): Alerts {
  const { now, logger, owner } = options
  const timers = new Map<string, NodeJS.Timeout>()
  const under = new Map<string, Promise<void>>()
  let closed = false

  /** One look at a conversation at a time. */
  function look(id: string): void {
    const before = under.get(id) ?? Promise.resolve()
    const looking: Promise<void> = before
      .then(() => lookAt(id))
      .catch((err: unknown) => {
        logger.error({ err, conversation: id }, 'a group of agents could not be told')
        wake(id, AGAIN_MS)
      })
      .finally(() => {
        if (under.get(id) === looking) under.delete(id)
      })
    under.set(id, looking)
  }

  function wake(id: string, ms: number): void {
    clearTimeout(timers.get(id))
    timers.delete(id)
    if (!closed) timers.set(id, setTimeout(() => look(id), Math.min(ms, FAR_MS)).unref())
  }

  async function seen(id: string) {
    const conversation = await store.conversation(id)
    const told = (await store.get(SCOPE, id)) as Told | undefined
    const since = conversation?.status === 'open' ? conversation.waitingSince : null
    if (!conversation || since === null) return { told }
    const what = told?.since === since ? [...told.what] : []
    const open = duesOf(conversation, since).filter(({ name }) => !what.includes(name))
    return { conversation, since, what, open, due: open.filter(({ at }) => at <= now()) }
  }

  /** What another node is telling now is looked at once it has told. */
  async function lookAt(id: string): Promise<void> {
    clearTimeout(timers.get(id))
    timers.delete(id)
    const { due, open = [], told } = await seen(id)
    if (due?.length === 0) return wakeAt(id, open)
    if (!due && !told) return
    const name = `${SCOPE}:${id}`
    if (!(await store.lease(name, { owner, now: now(), until: now() + LEASE_MS }))) return wake(id, OTHER_MS)
    await tell(id).finally(() => store.releaseLease(name, owner))
  }

  async function tell(id: string): Promise<void> {
    const { conversation, since, what, open, due } = await seen(id)
    if (!conversation) return store.set(SCOPE, id, undefined)
    const telling = due.map(async ({ name, rule, late }) => {
      const title = await titleOf(conversation, late ? now() - since : undefined)
      await rule.robot.alert({ title, url: options.link(id) })
      what.push(name)
      await store.set(SCOPE, id, { since, what } satisfies Told)
    })
    const failed = (await Promise.allSettled(telling)).find(({ status }) => status === 'rejected')
    if (failed?.status === 'rejected') throw failed.reason
    wakeAt(
      id,
      open.filter(({ name }) => !what.includes(name)),
    )
  }

  function wakeAt(id: string, open: readonly { at: number }[]): void {
    const next = Math.min(...open.map(({ at }) => at))
    if (Number.isFinite(next)) wake(id, Math.max(0, next - now()))
  }

  function duesOf({ site, floor }: Conversation, since: number) {
    return rules
      .filter((rule) => rule.site === undefined || rule.site === site)
      .flatMap((rule) => {
        const { id, waitingMs, answerMs } = rule
        const waiting = { name: `${id}:waiting`, rule, at: since + waitingMs, late: false }
        const answer = answerMs === undefined ? [] : [{ name: `${id}:answer`, rule, at: since + answerMs, late: true }]
        return floor.holder.kind === 'queue' ? [waiting, ...answer] : answer
      })
  }

  async function titleOf({ contact, site }: Conversation, lateBy: number | undefined): Promise<string> {
    const { name, locale } = options.about(site)
    const words = alertWordsFor(locale)
    const known = await store.contact(contact)
    const customer = (known?.name ?? known?.email ?? words.nobody).replaceAll(/\s+/g, ' ')
    return lateBy === undefined ? words.waiting(customer, name) : words.late(customer, name, lateBy)
  }

  const stop = relay.onEvents((events: readonly Event[]) => {
    for (const { conversation, entry } of events) if (CONCERNS.includes(entry.body.kind)) look(conversation)
  })

  return {
    async start() {
      let page: ConversationItem[] = []
      do {
        const last = page.at(-1)?.conversation
        const before = last && { before: { updatedAt: last.updatedAt, id: last.id } }
        page = await store.conversations({ status: 'open', limit: PAGE, ...before })
        for (const { conversation } of page) if (conversation.waitingSince !== null) look(conversation.id)
      } while (page.length === PAGE && !closed)
    },
    async close() {
      stop()
      closed = true
      for (const timer of timers.values()) clearTimeout(timer)
      await Promise.all(under.values())
    },
  }
}
