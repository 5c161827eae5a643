import type { Host } from '@hutong/core/adapter'
import { HutongError } from '@hutong/core/errors'
import { setAside } from './aside.ts'
import type { Inbox, Listed } from './client.ts'
import { type Fetched, fetchMails } from './fetch-mail.ts'
import { header } from './mail.ts'
import { readHeaders, words } from './mime.ts'

/** Mails asked for together, until one breaks the connection: then one by one, so that it is found and set aside. */
export interface Rounds {
  /** How many may be asked for together. */
  size(): number
  /** All of them that are still in the folder; none when it is one that was set aside. */
  list(inbox: Inbox, uids: readonly number[]): Promise<Listed[]>
  fetch(inbox: Inbox, listed: readonly Listed[]): Promise<Fetched[]>
  broke(uids: readonly number[]): void
  succeeded(...uids: readonly number[]): void
  /** Forgets what happened to others than these. */
  keep(uids: readonly number[]): void
}

const ROUND = 50
/** How often one mail may fail the connection or the relay before it is set aside. */
export const PATIENCE = 5

/** After so many failures a mail is listed without its structure, which may be what the library breaks at. */
const BARE_AFTER = 2

export function createRounds(host: Host): Rounds {
  const failed = new Map<number, number>()
  const seen = new Map<number, Listed>()

  function broke(uids: readonly number[]): void {
    for (const uid of uids) failed.set(uid, (failed.get(uid) ?? 0) + 1)
  }

  /** A mail that breaks the connection again and again is set aside; it is alone in its round by then. */
  async function list(inbox: Inbox, uids: readonly number[]): Promise<Listed[]> {
    const [uid = 0] = uids
    if (uids.length === 1 && (failed.get(uid) ?? 0) >= PATIENCE) {
      failed.delete(uid)
      const headers = readHeaders(seen.get(uid)?.headers ?? new Uint8Array())
      const [from, subject] = ['from', 'subject'].map((name) => words(header(headers, name)))
      const reason = 'the mail server cannot hand it over'
      await setAside(host, { uidValidity: inbox.uidValidity, uid, from: from ?? '', subject: subject ?? '', reason })
      return []
    }
    return unlessBroken(uids, async () => {
      const bare = uids.length === 1 && (failed.get(uid) ?? 0) >= BARE_AFTER
      const listed = await inbox.list(uids, bare ? 'bare' : undefined)
      const missing = uids.filter((one) => listed.every((other) => other.uid !== one))
      const [kept] = missing.length > 0 ? await inbox.among(missing) : []
      // Only what is gone from the folder may be passed over.
      if (kept !== undefined) throw new HutongError('unreachable', `the mail server does not hand over mail ${kept}`)
      return listed
    })
  }

  function fetch(inbox: Inbox, listed: readonly Listed[]): Promise<Fetched[]> {
    const uids = listed.map(({ uid }) => uid)
    for (const one of listed) if (failed.has(one.uid)) seen.set(one.uid, one)
    return unlessBroken(uids, () => fetchMails(inbox, listed))
  }

  async function unlessBroken<T>(uids: readonly number[], work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (thrown) {
      broke(uids)
      throw thrown
    }
  }

  return {
    size: () => (failed.size > 0 ? 1 : ROUND),
    list,
    fetch,
    broke,
    succeeded(...uids) {
      for (const uid of uids) {
        failed.delete(uid)
        seen.delete(uid)
      }
    },
    keep(uids) {
      const kept = new Set(uids)
      for (const uid of [...failed.keys(), ...seen.keys()])
        if (!kept.has(uid)) {
          failed.delete(uid)
          seen.delete(uid)
        }
    },
  }
}
