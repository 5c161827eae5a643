import type { Host } from '@hutong/core/adapter'
import { HutongError, toHutongError } from '@hutong/core/errors'
import { parse } from '@hutong/core/parse'
import { z } from 'zod'
import { setAside } from './aside.ts'
import type { Inbox, Listed } from './client.ts'
import { type Fetched, fetchMails } from './fetch-mail.ts'
import type { Intake } from './intake.ts'
import { createKnownMails } from './known-mails.ts'
import { header } from './mail.ts'
import { backoff, type Pace, sleep } from './mailbox.ts'
import { words } from './mime.ts'

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
  /** Newest uid of a folder that was built anew: up to it are mails that may have been taken under another number. */
  renumbered: z.int().nonnegative().optional(),
})
type Cursor = z.infer<typeof cursorShape>

const DAY = 86_400_000
/** How far behind the newest mail a folder that was built anew is read again. */
const RESCAN_MS = 7 * DAY
const ROUND = 50
/** How often one mail may fail the connection or the relay before it is set aside. */
const PATIENCE = 5

export function createCatchUp({ host, intake, backlogDays, pace, signal: stop }: CatchUpOptions): CatchUp {
  /** Uids whose listing or reading broke the connection: from there on mails are fetched one by one. */
  const failed = new Map<number, number>()
  const known = createKnownMails(host)

  async function run(inbox: Inbox, signal: AbortSignal): Promise<number> {
    const from = (await readCursor(host)) ?? (await begin(inbox))
    const same = from.uidValidity === inbox.uidValidity
    const uids = same ? await inbox.after(from.lastUid) : await inbox.since(rescanStart(from))
    const { uidValidity } = inbox
    const cursor = same ? { ...from } : { ...from, uidValidity, lastUid: 0, renumbered: uids.at(-1) ?? 0 }
    // What is gone, or has another number by now, is waited for no longer.
    for (const uid of failed.keys()) if (!same || !uids.includes(uid)) failed.delete(uid)
    let taken = 0
    for (let rest = uids; rest.length > 0 && !signal.aborted; ) {
      const round = rest.slice(0, failed.size > 0 ? 1 : ROUND)
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
    const listed = await listRound(inbox, uids)
    const strange = listed.filter((one) => one.uid > (cursor.renumbered ?? 0) || !known.has(one))
    const mails = await fetchRound(inbox, strange)
    const aside = new Set<number>()
    let taken = 0
    for (const fetched of mails) {
      if (signal.aborted) return taken
      advance(cursor, inbox, fetched)
      if (fetched.arrivedAt < cursor.from - DAY) continue
      if ((await takeOne(inbox, fetched, { ...cursor })) === 'aside') aside.add(fetched.uid)
      failed.delete(fetched.uid)
      taken += 1
    }
    await known.add(listed.filter(({ uid }) => !aside.has(uid)))
    const last = uids.at(-1) ?? 0
    if (last > cursor.lastUid) {
      cursor.lastUid = last
      for (const uid of uids) failed.delete(uid)
      await save(cursor)
    }
    return taken
  }

  /** A mail that breaks the connection again and again is set aside; it is alone in its round by then. */
  async function listRound(inbox: Inbox, uids: readonly number[]): Promise<Listed[]> {
    const [uid = 0] = uids
    if (uids.length === 1 && (failed.get(uid) ?? 0) >= PATIENCE) {
      failed.delete(uid)
      const reason = 'the mail server cannot hand it over'
      await setAside(host, { uidValidity: inbox.uidValidity, uid, from: '', subject: '', reason })
      return []
    }
    return unlessBroken(uids, async () => {
      const listed = await inbox.list(uids)
      const missing = uids.filter((one) => listed.every((other) => other.uid !== one))
      const [kept] = missing.length > 0 ? await inbox.among(missing) : []
      // Only what is gone from the folder may be passed over.
      if (kept !== undefined) throw new HutongError('unreachable', `the mail server does not hand over mail ${kept}`)
      return listed
    })
  }

  function fetchRound(inbox: Inbox, listed: readonly Listed[]): Promise<Fetched[]> {
    const uids = listed.map(({ uid }) => uid)
    return unlessBroken(uids, () => fetchMails(inbox, listed))
  }

  async function unlessBroken<T>(uids: readonly number[], work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (thrown) {
      for (const one of uids) failed.set(one, (failed.get(one) ?? 0) + 1)
      throw thrown
    }
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
          failed.set(uid, (failed.get(uid) ?? 0) + 1)
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
