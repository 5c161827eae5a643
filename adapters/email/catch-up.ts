import type { Host } from '@hutong/core/adapter'
import { HutongError, toHutongError } from '@hutong/core/errors'
import { parse } from '@hutong/core/parse'
import { z } from 'zod'
import { setAside } from './aside.ts'
import type { Inbox } from './client.ts'
import { type Fetched, roundsOf } from './fetch-mail.ts'
import type { Intake } from './intake.ts'
import { createKnownMails } from './known-mails.ts'
import { header } from './mail.ts'
import { backoff, type Pace, sleep } from './mailbox.ts'
import { words } from './mime.ts'
import { createRounds, PATIENCE } from './rounds.ts'

export interface CatchUpOptions {
  host: Host
  intake: Intake
  backlogDays: number
  pace: Pace
  signal: AbortSignal
}

export interface CatchUp {
  /** Resolves once there is a place from which nothing is missed. */
  begin(inbox: Inbox): Promise<void>
  /** Takes everything since the place that was reached, in order; resolves with how many mails that were. */
  run(inbox: Inbox, signal: AbortSignal): Promise<number>
}

const cursorShape = z.object({
  uidValidity: z.string(),
  lastUid: z.int().nonnegative(),
  highestModseq: z.string(),
  /** Arrival of the newest mail that was taken, and before which nothing is; in milliseconds. */
  at: z.number(),
  from: z.number(),
  /** The folder was built anew: mails in it, also such as turn up late, may have been taken under another number. */
  renumbered: z.coerce.boolean().optional(),
})
type Cursor = z.infer<typeof cursorShape>

const DAY = 86_400_000
/** How far behind the newest mail a folder that was built anew is read again. */
const RESCAN_MS = 7 * DAY

export function createCatchUp({ host, intake, backlogDays, pace, signal: stop }: CatchUpOptions): CatchUp {
  const rounds = createRounds(host)
  const known = createKnownMails(host)

  async function run(inbox: Inbox, signal: AbortSignal): Promise<number> {
    const from = (await readCursor(host)) ?? (await begin(inbox))
    const same = from.uidValidity === inbox.uidValidity
    const uids = same ? await inbox.after(from.lastUid) : await inbox.since(rescanStart(from))
    const { uidValidity } = inbox
    const cursor = same ? { ...from } : { ...from, uidValidity, lastUid: 0, renumbered: true }
    // What is gone, or has another number by now, is waited for no longer.
    rounds.keep(same ? uids : [])
    let taken = 0
    for (let rest = uids; rest.length > 0 && !signal.aborted; ) {
      const round = rest.slice(0, rounds.size())
      rest = rest.slice(round.length)
      taken += await takeRound(inbox, round, { cursor, signal })
    }
    const idle = !same && uids.length === 0 && !signal.aborted
    if (idle) await save({ ...cursor, lastUid: Math.max(0, inbox.uidNext - 1) })
    return taken
  }

  async function begin(inbox: Inbox): Promise<Cursor> {
    const now = host.clock.now()
    const first = now - backlogDays * DAY
    const uids = backlogDays > 0 ? await inbox.since(first) : []
    const lastUid = uids[0] === undefined ? Math.max(0, inbox.uidNext - 1) : uids[0] - 1
    const { uidValidity } = inbox
    const cursor = { uidValidity, lastUid, highestModseq: inbox.highestModseq(), at: now, from: first }
    await save(cursor)
    return cursor
  }

  function save(cursor: Cursor): Promise<void> {
    return host.state.set('cursor', cursor)
  }

  async function takeRound(
    inbox: Inbox,
    uids: readonly number[],
    { cursor, signal }: { cursor: Cursor; signal: AbortSignal },
  ): Promise<number> {
    const listed = await rounds.list(inbox, uids)
    const strange = listed.filter((one) => !cursor.renumbered || !known.has(one))
    const aside = new Set<number>()
    let taken = 0
    for (const held of roundsOf(strange))
      for (const fetched of await rounds.fetch(inbox, held)) {
        if (signal.aborted) return taken
        advance(cursor, inbox, fetched)
        if (fetched.arrivedAt < cursor.from - DAY) continue
        if ((await takeOne(inbox, fetched, { ...cursor })) === 'aside') aside.add(fetched.uid)
        rounds.succeeded(fetched.uid)
        taken += 1
      }
    await known.add(listed.filter(({ uid }) => !aside.has(uid)))
    const last = uids.at(-1) ?? 0
    if (last > cursor.lastUid) {
      cursor.lastUid = last
      rounds.succeeded(...uids)
      await save(cursor)
    }
    return taken
  }

  async function takeOne(inbox: Inbox, fetched: Fetched, cursor: Cursor): Promise<'taken' | 'aside'> {
    const { uid, mail } = fetched
    const place = {
      state: { key: 'cursor', value: cursor },
      download: (part: string) => inbox.download(uid, part),
    }
    for (let tries = 0; ; tries += 1) {
      try {
        if ((await intake.take(fetched, place)) === 'nothing') await save(cursor)
        return 'taken'
      } catch (thrown) {
        const error = toHutongError(thrown)
        if (error.code === 'unreachable') {
          rounds.broke([uid])
          throw error
        }
        const hopeless = !error.retryable || (error.code === 'internal' && tries >= PATIENCE)
        if (hopeless) {
          const from = words(header(mail.headers, 'from'))
          const subject = words(header(mail.headers, 'subject'))
          await setAside(host, { uidValidity: inbox.uidValidity, uid, from, subject, reason: error.message })
          await save(cursor)
          return 'aside'
        }
        host.logger.warn({ uid, code: error.code, reason: error.message }, 'a mail has to wait')
        await sleep(Math.max(backoff(pace, tries), error.retryAfter ?? 0), stop)
        if (stop.aborted) throw new HutongError('unavailable', 'the mailbox is closed')
      }
    }
  }

  return {
    async begin(inbox) {
      await known.load()
      if (await readCursor(host)) await intake.resume(await host.state.get('cursor'))
      else await begin(inbox)
    },
    run,
  }
}

async function readCursor({ state }: Host): Promise<Cursor | undefined> {
  const kept = await state.get('cursor')
  return kept === undefined ? undefined : parse(cursorShape, kept)
}

/** Numbers of a folder that was built anew mean nothing; what was taken before is known by its own id. */
function rescanStart({ at, from }: Cursor): number {
  return Math.max(from, at - RESCAN_MS)
}

function advance(cursor: Cursor, inbox: Inbox, { uid, arrivedAt }: Fetched): void {
  cursor.lastUid = uid
  cursor.highestModseq = inbox.highestModseq()
  cursor.at = Math.max(cursor.at, arrivedAt)
}
