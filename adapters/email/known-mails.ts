import { createHash } from 'node:crypto'
import type { Host } from '@hutong/core/adapter'
import { parse } from '@hutong/core/parse'
import { z } from 'zod'
import type { Listed } from './client.ts'

/** Which mails were taken lately, told by what a listing says of them, so that they need not be read to be known. */
export interface KnownMails {
  /** Reads what another node may have written meanwhile. */
  load(): Promise<void>
  has(mail: Listed): boolean
  /** Kept once it resolves. What a crash leaves out is only read once more. */
  add(mails: readonly Listed[]): Promise<void>
}

/** Sixteen thousand mails: pages of the state that are filled in turn, each far below what one key holds. */
const PAGES = 32
const PAGE_MAX = 500

const pageShape = z.object({ turn: z.int().nonnegative(), prints: z.array(z.string()).max(PAGE_MAX) })
type Page = z.infer<typeof pageShape>

export function createKnownMails({ state }: Pick<Host, 'state'>): KnownMails {
  let known = new Set<string>()
  let current: Page = { turn: 0, prints: [] }

  async function load(): Promise<void> {
    const kept = await Promise.all(Array.from({ length: PAGES }, (_, index) => state.get(keyOf(index))))
    const pages = kept.filter((one) => one !== undefined).map((one) => parse(pageShape, one))
    known = new Set(pages.flatMap(({ prints }) => prints))
    current = pages.toSorted((one, other) => other.turn - one.turn)[0] ?? { turn: 0, prints: [] }
  }

  async function add(mails: readonly Listed[]): Promise<void> {
    const fresh = mails.map(printOf).filter((one) => !known.has(one))
    for (let rest = fresh; rest.length > 0; ) {
      if (current.prints.length >= PAGE_MAX) current = { turn: current.turn + 1, prints: [] }
      const taken = rest.slice(0, PAGE_MAX - current.prints.length)
      rest = rest.slice(taken.length)
      current = { ...current, prints: [...current.prints, ...taken] }
      await state.set(keyOf(current.turn), current)
      for (const one of taken) known.add(one)
    }
  }

  return { load, has: (mail) => known.has(printOf(mail)), add }
}

function keyOf(turn: number): string {
  return `known:${turn % PAGES}`
}

/** Headers name the mail, its servers and their times: with the size they are its own, and no renumbering changes them. */
function printOf({ headers, bytes }: Listed): string {
  return createHash('sha256').update(headers).update(` ${bytes}`).digest('base64url').slice(0, 16)
}
