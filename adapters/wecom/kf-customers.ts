import type { Host } from '@hutong/core/adapter'
import type { Profile } from '@hutong/core/conversation'
import { toHutongError } from '@hutong/core/errors'
import { z } from 'zod'
import type { KfCalls, KfCustomerCard } from './kf-calls.ts'

const card = z.object({
  name: z.string(),
  avatar: z.string(),
  unionid: z.string(),
  /** When it was asked for, in ms. */
  at: z.number(),
  /** The addresses that were said to be this person's. */
  joined: z.array(z.string()),
})
type Card = z.infer<typeof card>

const FRESH_MS = 24 * 3_600_000
const RETRY_MS = 5 * 60_000
const BATCH = 100
const MOST_HELD = 5_000

/** Who customers are. What the platform does not say is left out, and never in the way of a message. */
export interface KfCustomers {
  /** Asks for those of whom nothing fresh is known, many at once. */
  meet(ids: readonly string[]): Promise<void>
  profile(id: string): Profile | undefined
  /** Says whose this address is, once there is a contact of it. */
  unite(id: string, address: string): Promise<void>
}

export interface KfCustomersOptions {
  host: Pick<Host, 'state' | 'clock' | 'logger' | 'join'>
  calls: Pick<KfCalls, 'customers'>
  site: string
}

export function createKfCustomers({ host, calls, site }: KfCustomersOptions): KfCustomers {
  const held = new Map<string, Card>()
  const { state, clock, logger } = host
  const key = (id: string) => `customer:${id}`

  function hold(id: string, one: Card): void {
    held.delete(id)
    held.set(id, one)
    const [oldest] = held.keys()
    if (held.size > MOST_HELD && oldest !== undefined) held.delete(oldest)
  }

  async function isFresh(id: string): Promise<boolean> {
    const one = held.get(id) ?? card.safeParse(await state.get(key(id))).data
    if (one !== undefined) hold(id, one)
    return one !== undefined && one.at > clock.now() - FRESH_MS
  }

  async function ask(ids: readonly string[]): Promise<void> {
    const found = new Map((await calls.customers(ids)).map((one) => [one.customer, one]))
    for (const id of ids) await keep(id, found.get(id))
  }

  async function keep(id: string, { name = '', avatar = '', unionid = '' }: Partial<KfCustomerCard> = {}) {
    const before = held.get(id)
    const joined = before?.unionid === unionid ? before.joined : []
    const one = { name, avatar, unionid, at: clock.now(), joined }
    hold(id, one)
    await state.set(key(id), one)
  }

  return {
    async meet(ids) {
      const unknown: string[] = []
      for (const id of new Set(ids)) if (id !== '' && !(await isFresh(id))) unknown.push(id)
      for (let from = 0; from < unknown.length; from += BATCH) {
        const some = unknown.slice(from, from + BATCH)
        try {
          await ask(some)
        } catch (thrown) {
          logger.warn({ code: toHutongError(thrown).code }, 'customers are taken in without their names')
          const later = clock.now() - FRESH_MS + RETRY_MS
          for (const id of some) hold(id, { name: '', avatar: '', unionid: '', joined: [], ...held.get(id), at: later })
        }
      }
    },
    profile(id) {
      const { name = '', avatar = '' } = held.get(id) ?? {}
      if (name === '' && avatar === '') return undefined
      return {
        ...(name && { name: name.slice(0, 128) }),
        ...(/^https?:/.test(avatar) && avatar.length <= 2_048 && { avatar }),
      }
    },
    async unite(id, address) {
      const one = held.get(id)
      if (one === undefined || one.unionid === '' || one.joined.includes(address)) return
      await host.join({ address, site, verified: 'union' }, { union: one.unionid })
      const united = { ...one, joined: [...one.joined, address] }
      hold(id, united)
      await state.set(key(id), united)
    },
  }
}
