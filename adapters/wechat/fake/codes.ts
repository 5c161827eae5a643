import type { FakeClock } from '@hutong/tencent/fake-clock'
import { z } from 'zod'
import { type Refusal, refuse } from './refusals.ts'

/** A QR code that was made with a scene. */
export interface Code {
  readonly ticket: string
  readonly scene: string | number
  /** Milliseconds since 1970; `Infinity` for a permanent one. */
  readonly until: number
}

export interface Codes {
  create(wanted: unknown, origin: string): object | Refusal
  /** The code of a ticket, or of the link that a camera reads; undefined when it is none of ours or is over. */
  find(ticketOrLink: string): Code | undefined
}

/** Seconds that a temporary code lives when nothing is said, and at most. */
const USUAL = 60
const LONGEST = 2_592_000

const id = z.strictObject({ scene: z.strictObject({ scene_id: z.int().min(1).max(0xffff_ffff) }) })
const str = z.strictObject({ scene: z.strictObject({ scene_str: z.string().min(1).max(64) }) })
const SCENES = { QR_SCENE: id, QR_STR_SCENE: str, QR_LIMIT_SCENE: id, QR_LIMIT_STR_SCENE: str } as const

const request = z.strictObject({
  action_name: z.string(),
  action_info: z.unknown(),
  expire_seconds: z.int().min(1).max(LONGEST).optional(),
})

export function createCodes(clock: FakeClock): Codes {
  const codes = new Map<string, Code>()
  return {
    create(wanted, origin) {
      const read = request.safeParse(wanted)
      if (!read.success) return refuse(40097, read.error.issues[0]?.path.join('.'))
      const { action_name: name, action_info: info, expire_seconds: seconds = USUAL } = read.data
      if (!isAction(name)) return refuse(40052, name)
      const scene = SCENES[name].safeParse(info)
      if (!scene.success) return refuse(40053)
      const ticket = `gQ${Buffer.from(crypto.getRandomValues(new Uint8Array(68))).toString('base64')}`
      const lasts = name.startsWith('QR_LIMIT')
      const until = lasts ? Number.POSITIVE_INFINITY : clock.now() + seconds * 1000
      const value = 'scene_str' in scene.data.scene ? scene.data.scene.scene_str : scene.data.scene.scene_id
      const code = { ticket, scene: value, until }
      const short = crypto.randomUUID().replaceAll('-', '').slice(0, 20)
      codes.set(ticket, code).set(short, code)
      const url = `${origin}/q/${short}`
      return { ticket, ...(lasts ? {} : { expire_seconds: seconds }), url }
    },
    find(ticketOrLink) {
      const link = URL.parse(ticketOrLink)
      const short = /^\/q\/(\w+)$/.exec(link?.pathname ?? '')?.[1]
      const found = codes.get(short ?? link?.searchParams.get('ticket') ?? ticketOrLink)
      return found === undefined || found.until <= clock.now() ? undefined : found
    },
  }
}

function isAction(name: string): name is keyof typeof SCENES {
  return Object.hasOwn(SCENES, name)
}
