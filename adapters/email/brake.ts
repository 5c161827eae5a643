import { createHash } from 'node:crypto'
import type { Host } from '@hutong/core/adapter'
import { parse } from '@hutong/core/parse'
import { z } from 'zod'
import { isProvider } from './is-provider.ts'
import type { Belief } from './trust.ts'

/** Two robots that write to each other are stopped here, whatever names they use. */
export interface Brake {
  /** Counts a mail that somebody might answer; true when nobody is to. */
  stops(mail: Counted): Promise<boolean>
}

export interface Counted {
  address: string
  conversation: string | undefined
  /** Each is counted by itself: forged mail uses up nothing of what is proven. */
  counts: Belief['counts']
  /** Milliseconds since 1970, by our own mail server. */
  at: number
}

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** How many times the limit of an hour is that of a day, and that of a whole domain. */
const DAILY = 4
const DOMAIN = 3

/** Pages of the state; together they remember some three thousand names, the newest. */
const PAGES = 32
const PAGE_MAX = 100

/** When it began, and how many came since. */
const span = z.tuple([z.number(), z.int()])
const seenShape = z.object({ hour: span, day: span, last: z.number(), over: z.boolean() })
type Seen = z.infer<typeof seenShape>
const pageShape = z.record(z.string(), seenShape)

/** Kept in the channel's state, so that a loop does not begin anew with the relay. */
export function createBrake({ state }: Pick<Host, 'state'>, perHour: number): Brake {
  async function count(name: string, limit: number, at: number): Promise<boolean> {
    const print = createHash('sha256').update(name).digest()
    const key = `brake:${print.readUInt8(0) % PAGES}`
    const id = print.toString('base64url').slice(0, 12)
    const { [id]: known, ...others } = parse(pageShape, (await state.get(key)) ?? {})
    const seen = counted(known, limit, at)
    const rest = Object.entries(others).toSorted(([, one], [, other]) => other.last - one.last)
    await state.set(key, Object.fromEntries([[id, seen], ...rest.slice(0, PAGE_MAX - 1)]))
    return seen.over
  }

  return {
    async stops({ address, conversation, counts, at }) {
      const domain = address.slice(address.lastIndexOf('@') + 1)
      const limits: [string, number][] = [[`from ${address.replace(/\+[^@]*@/, '@')}`, perHour]]
      if (conversation !== undefined) limits.push([`in ${conversation}`, perHour])
      if (!isProvider(domain)) limits.push([`at ${domain}`, perHour * DOMAIN])
      let over = false
      for (const [name, limit] of limits) over = (await count(`${counts} ${name}`, limit, at)) || over
      return over
    },
  }
}

/** Once there were too many it stays so until none came for an hour. */
function counted(known: Seen | undefined, limit: number, at: number): Seen {
  const last = Math.max(at, known?.last ?? at)
  if (known?.over && at - known.last < HOUR) return { ...known, last }
  const before = known?.over ? undefined : known
  const hour = one(before?.hour, at, HOUR)
  const day = one(before?.day, at, DAY)
  return { hour, day, last, over: hour[1] > limit || day[1] > limit * DAILY }
}

function one(before: Seen['hour'] | undefined, at: number, ms: number): Seen['hour'] {
  return before && at - before[0] < ms ? [before[0], before[1] + 1] : [at, 1]
}
