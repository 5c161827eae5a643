import type { Event } from '@hutong/core/backend'
import { readDisabled } from './backends/webhook/disabled.ts'
import type { Settings } from './config.ts'
import { configuredBackends } from './configured-backends.ts'
import type { Finding } from './finding.ts'
import { createSqliteStore } from './stores/sqlite.ts'
import { lastErrors } from './stores/sqlite-last-errors.ts'
import type { Store } from './stores/store.ts'

/** How many of the newest entries tell whether a backend answers. */
const LOOKED_AT = 1_000

interface Known {
  name: string
  kind: string
  dead: number
  open: number
  /** Of what still waits. */
  error: string | undefined
  /** The newest entry in which the relay passed its conversation on, unless it spoke since. */
  passedOn: { at: number; reason: string } | undefined
  store: Store
}

/**
 * What a relay wrote down of its backends: who wants no more events, what could not be brought and why, and who does not answer.
 * The database has this version's schema.
 */
export async function* doctorDeliveries(settings: Settings, path: string): AsyncIterable<Finding> {
  const store = createSqliteStore({ path })
  try {
    const backlog = await store.backlog(Date.now())
    const errors = lastErrors(path)
    const after = Math.max(0, (await store.position()) - LOOKED_AT)
    const events = await store.feed({ after, limit: LOOKED_AT })
    for (const { name } of configuredBackends(settings)) {
      const { dead = 0, open = 0 } = backlog.find(({ target }) => target === `backend:${name}`) ?? {}
      const kind = String(settings.backends[name]?.kind ?? name)
      const error = errors.get(`backend:${name}`)
      yield* findingsOf({ name, kind, dead, open, error, passedOn: passedOn(events, name), store })
    }
  } finally {
    await store.close()
  }
}

async function* findingsOf(known: Known): AsyncIterable<Finding> {
  const { name, kind, dead, open, error, store } = known
  const disabled = await readDisabled(store, name)
  if (disabled) {
    yield {
      state: 'bad',
      what: `backend ${name} is disabled since ${timeOf(disabled.since)}: ${disabled.why}${dead > 0 ? `; ${eventsOf(dead)} given up on` : ''}`,
      remedy: `once its program is well: POST /v1/backends/${name}/enable, with an administrator's token (hutong token new <name> --role admin); what was given up on comes again`,
    }
    return
  }
  if (error !== undefined)
    yield {
      state: 'bad',
      what: `backend ${name}: ${eventsOf(open)} waiting, at the last try: ${error}`,
      remedy: remedyFor(error, { name, kind }),
    }
  else if (known.passedOn && dead === 0) yield passedOnFinding(known, known.passedOn)
  if (dead > 0) yield await deadFinding(known)
}

async function deadFinding({ name, kind, dead, store }: Known): Promise<Finding> {
  const [last] = await store.deadLetters({ target: `backend:${name}`, limit: 1 })
  const why = last?.error ?? undefined
  return {
    state: 'odd',
    what: `backend ${name}: ${eventsOf(dead)} given up on${why === undefined ? '' : `, the last with: ${why}`}`,
    remedy: `${remedyFor(why ?? '', { name, kind })}; then POST /v1/backends/${name}/replay, with an administrator's token, brings them again`,
  }
}

function passedOnFinding({ name, kind }: Known, { at, reason }: { at: number; reason: string }): Finding {
  return {
    state: 'odd',
    what: `backend ${name} has said nothing since ${timeOf(at)}, when the relay passed a conversation on: ${reason}`,
    remedy: remedyFor(reason, { name, kind }),
  }
}

/** The newest conversation that the relay gave to somebody else because this backend did not answer, unless it has spoken since. */
function passedOn(events: readonly Event[], name: string): Known['passedOn'] {
  for (const { entry } of events.toReversed()) {
    const { from, body, at } = entry
    if (from.kind === 'bot' && from.id === name) return undefined
    if (from.kind !== 'system' || body.kind !== 'handoff') continue
    const { reason = '' } = body
    if (reason.startsWith(`${name} gave no answer`) || reason.startsWith(`${name} could not answer`))
      return { at, reason }
  }
  return undefined
}

/** What to do about the words that a delivery failed with. */
function remedyFor(error: string, { name, kind }: { name: string; kind: string }): string {
  if (/answered 40[13]\b/.test(error))
    return `does your program have the secret of backends.${name}.secrets? (WEBHOOK_SECRET in the examples)`
  if (/answered (404|405)\b|redirect/.test(error)) return `backends.${name}.url: must be where your program takes POST`
  if (/could not be reached/.test(error))
    return `is your program running, on the host and port of backends.${name}.url?`
  if (kind === 'socket' || kind === 'pull')
    return `is its program running, with this relay's address (RELAY_URL) and the token of the name "${name}" (RELAY_TOKEN)?`
  if (/gave no/.test(error)) return `its program takes too long: make it faster, or set backends.${name}.answerWithin`
  return 'look into the log of its program'
}

function eventsOf(count: number): string {
  return `${count} ${count === 1 ? 'event is' : 'events are'}`
}

function timeOf(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ').concat(' UTC')
}
