import { createHash, randomInt } from 'node:crypto'
import type { FakeClock } from '@hutong/tencent/fake-clock'
import { z } from 'zod'
import { createRecent } from './recent.ts'
import { OK, refuse } from './refusals.ts'
import { bytes, shapeRefusal } from './shapes.ts'

/** Who made a message: a customer, the platform, or somebody who typed it in WeCom. */
export type KfOrigin = 3 | 4 | 5

export interface KfEntry {
  readonly msgid: string
  readonly at: number
  readonly origin: KfOrigin
  /** As `sync_msg` gives it; voices come as AMR (0) or as Silk (1). */
  message(voiceFormat: 0 | 1): Readonly<Record<string, unknown>>
}

/** The messages and events of one customer service account, and how they are read. */
export interface KfLog {
  add(origin: KfOrigin, message: KfEntry['message']): KfEntry
  readonly entries: readonly KfEntry[]
  /** A token for the callback that says that something is new; good for ten minutes. */
  token(): string
  /** `sync_msg` (https://developer.work.weixin.qq.com/document/path/94670). */
  sync(json: unknown): object
  /** The next answers have no messages and say that there are more, which the platform does now and then. */
  emptyPages(times: number): void
  /** The next answers do not say where to go on. */
  withoutCursor(times: number): void
  /** No answer has more messages than this, which the platform may do at any time. */
  mostPerPage(count: number): void
}

const DAY = 86_400_000
const KEPT = 3 * DAY
const TOKEN_LIVES = 10 * 60_000
/** "Strict", says the platform of reading without a token, and no number. */
const WITHOUT_TOKEN = { count: 60, ms: 60_000 }
/** Above 2^53, so that whoever reads ids as numbers damages them. */
const FIRST_ID = 4_622_416_642_169_452_483n

export const syncShape = z.strictObject({
  cursor: bytes(64, 0).optional(),
  token: bytes(128, 0).optional(),
  limit: z.int().min(0).max(1000).optional(),
  voice_format: z.literal([0, 1]).optional(),
  open_kfid: z.string(),
})

export function createKfLog(openKfId: string, clock: FakeClock): KfLog {
  const entries: KfEntry[] = []
  const tokens = new Map<string, number>()
  const recent = createRecent(clock, [WITHOUT_TOKEN])
  const own = createHash('sha1').update(openKfId).digest('hex').slice(0, 8)
  let [empty, bare, most] = [0, 0, 1000]

  function cursorAt(position: number): string {
    return Buffer.from(`${own}.${position}.${randomInt(1_000_000)}`).toString('base64url')
  }

  /** How many entries were read before, or undefined for a cursor that is none of this account's. */
  function positionOf(cursor: string): number | undefined {
    if (cursor === '') return 0
    const [whose, position] = Buffer.from(cursor, 'base64url').toString().split('.')
    return whose === own && Number(position) <= entries.length ? Number(position) : undefined
  }

  function tokenIsGood(token: string): boolean {
    return (tokens.get(token) ?? 0) > clock.now()
  }

  function page(position: number, limit: number, voiceFormat: 0 | 1): object {
    const oldest = entries.findIndex(({ at }) => at > clock.now() - KEPT)
    const from = Math.max(position, oldest === -1 ? entries.length : oldest)
    const none = empty > 0
    if (none) empty -= 1
    const end = none ? from : Math.min(from + Math.min(limit, most), entries.length)
    const list = entries.slice(from, end).map((entry) => entry.message(voiceFormat))
    const place = bare > 0 ? {} : { next_cursor: cursorAt(end) }
    if (bare > 0) bare -= 1
    return { ...OK, ...place, has_more: none || end < entries.length ? 1 : 0, msg_list: list }
  }

  return {
    entries,
    add(origin, message) {
      const msgid = `from_msgid_${FIRST_ID + BigInt(randomInt(2 ** 40))}`
      const at = clock.now()
      const common = { msgid, send_time: Math.floor(at / 1000), origin }
      const entry = { msgid, at, origin, message: (format: 0 | 1) => ({ ...common, ...message(format) }) }
      entries.push(entry)
      return entry
    },
    token() {
      const token = `ENC${crypto.randomUUID().replaceAll('-', '')}`
      tokens.set(token, clock.now() + TOKEN_LIVES)
      return token
    },
    sync(json) {
      const read = syncShape.safeParse(json)
      if (!read.success) return shapeRefusal('', read.error)
      const { cursor = '', token = '', limit = 0, voice_format: format = 0 } = read.data
      if (token !== '' && !tokenIsGood(token)) return refuse(95007)
      if (token === '' && !recent.take('')) return refuse(45009)
      const position = positionOf(cursor)
      return position === undefined ? refuse(40058, 'cursor') : page(position, limit === 0 ? 1000 : limit, format)
    },
    emptyPages(times) {
      empty = times
    },
    withoutCursor(times) {
      bare = times
    },
    mostPerPage(count) {
      most = count
    },
  }
}
