import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from '@hutong/core/adapter'
import { HutongError } from '@hutong/core/errors'

/** Signed texts that travel in a QR code or a link and come back with whoever follows it. */
export interface SceneTokens {
  /** At most 64 characters of [0-9A-Za-z_-], as WeChat's `scene_str` allows, valid for 7 days. Each one is another. */
  make(conversation: string): string
  /** Undefined for what is not ours, was changed, or is too old. `id` is the same for the same token alone. */
  read(token: string): { conversation: string; id: string } | undefined
}

const VALID_MS = 7 * 24 * 3_600_000
const LONGEST = 64
const [ID_BYTES, MAC_BYTES] = [6, 16]
const TOKEN = /^(?<signed>(?<conversation>[\w-]{1,28})(?<until>[\w-]{6})(?<id>[\w-]{8}))(?<mac>[\w-]{22})$/

/** Each channel reads its own tokens alone, so that one which is good for one use is not used on two. */
export function createSceneTokens(secret: string, channel: string, clock: Clock): SceneTokens {
  if (secret === '') throw new HutongError('misconfigured', 'scene tokens need a secret')

  function macOf(signed: string): string {
    const mac = createHmac('sha256', secret).update(`hutong scene\n${channel}\n${signed}`).digest()
    return mac.subarray(0, MAC_BYTES).toString('base64url')
  }

  return {
    make(conversation) {
      const until = Buffer.alloc(4)
      until.writeUInt32BE(Math.floor((clock.now() + VALID_MS) / 1000))
      const signed = conversation + until.toString('base64url') + randomBytes(ID_BYTES).toString('base64url')
      const token = signed + macOf(signed)
      if (token.length > LONGEST || !TOKEN.test(token))
        throw new HutongError('invalid', 'a conversation in a scene has at most 28 characters of [0-9A-Za-z_-]')
      return token
    },
    read(token) {
      const { signed, conversation, until, id, mac } = TOKEN.exec(token)?.groups ?? {}
      if (!signed || !conversation || !until || !id || !mac) return undefined
      if (!timingSafeEqual(Buffer.from(mac), Buffer.from(macOf(signed)))) return undefined
      const ends = Buffer.from(until, 'base64url').readUInt32BE(0) * 1000
      return ends < clock.now() ? undefined : { conversation, id }
    },
  }
}
