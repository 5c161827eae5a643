import type { Aside, Host, SetAside } from '@hutong/core/adapter'
import { HutongError, toHutongError } from '@hutong/core/errors'
import { parse } from '@hutong/core/parse'
import { z } from 'zod'
import { connectInbox, type Inbox, type InboxOptions } from './client.ts'
import { type Fetched, fetchMails } from './fetch-mail.ts'
import type { Intake } from './intake.ts'

const asideShape = z.array(
  z.object({
    uidValidity: z.string(),
    uid: z.int(),
    at: z.number(),
    from: z.string(),
    subject: z.string(),
    reason: z.string(),
  }),
)
type Kept = z.infer<typeof asideShape>[number]

const ASIDE_MAX = 100

/** Keeps the newest hundred in the channel's state under `aside`, and tells the operator. */
export async function setAside(host: Host, mail: Omit<Kept, 'at'>): Promise<void> {
  const others = (await kept(host)).filter((one) => idOf(one) !== idOf(mail))
  const cut = { from: mail.from.slice(0, 200), subject: mail.subject.slice(0, 200), reason: mail.reason.slice(0, 500) }
  await host.state.set('aside', [...others, { ...mail, ...cut, at: host.clock.now() }].slice(-ASIDE_MAX))
  host.logger.error({ uid: mail.uid, reason: mail.reason }, 'a mail cannot be taken and is set aside')
}

async function kept({ state }: Host): Promise<Kept[]> {
  return parse(asideShape, (await state.get('aside')) ?? [])
}

function idOf({ uidValidity, uid }: Pick<Kept, 'uidValidity' | 'uid'>): string {
  return `${uidValidity}-${uid}`
}

export interface AsideOptions {
  host: Host
  intake: Intake
  inbox: InboxOptions
}

/** What was set aside, for people to look after. A retry has a connection of its own, so any node can make it. */
export function createAside({ host, intake, inbox }: AsideOptions): SetAside {
  async function find(id: string): Promise<Kept> {
    const found = (await kept(host)).find((one) => idOf(one) === id)
    if (!found) throw new HutongError('not_found', 'there is no such mail set aside')
    return found
  }

  async function discard(id: string): Promise<void> {
    await find(id)
    await host.state.set(
      'aside',
      (await kept(host)).filter((one) => idOf(one) !== id),
    )
  }

  async function take(opened: Inbox, fetched: Fetched): Promise<void> {
    const { uid } = fetched
    const place = {
      state: { key: 'retried', value: { uid } },
      download: (part: string) => opened.download(uid, part),
    }
    try {
      await intake.take(fetched, place)
    } catch (thrown) {
      const error = toHutongError(thrown)
      throw error.retryable ? error : new HutongError('rejected', error.message, { cause: error })
    }
  }

  return {
    discard,
    list: async () => (await kept(host)).map(shown).reverse(),
    async retry(id) {
      const wanted = await find(id)
      const opened = await connectInbox(inbox)
      try {
        const listed = opened.uidValidity === wanted.uidValidity ? await opened.list([wanted.uid]) : []
        const [fetched] = await fetchMails(opened, listed)
        if (!fetched) throw new HutongError('gone', 'the mail is not in the mailbox any more; it can be discarded')
        await take(opened, fetched)
      } finally {
        await opened.close()
      }
      await discard(id)
    },
  }
}

function shown({ uidValidity, uid, at, from, subject, reason }: Kept): Aside {
  return { id: idOf({ uidValidity, uid }), at, from, subject, reason }
}
