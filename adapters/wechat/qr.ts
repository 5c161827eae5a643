import type { Host } from '@hutong/core/adapter'
import { createSceneTokens } from '@hutong/tencent/scene'
import { z } from 'zod'
import type { Client } from './client.ts'

export interface QrOptions {
  host: Pick<Host, 'state' | 'lease' | 'clock' | 'join'>
  client: Pick<Client, 'code'>
  site: string
  /** Signs the scenes. */
  secret: string
}

/** Codes by which the contact of a conversation goes on here. */
export interface Qr {
  invite(conversation: string): Promise<{ url: string; until: number; app: string }>
  /** Joins who came by one of our codes to its conversation. False for a scene of others, and for one that somebody else has used. */
  follow(openid: string, scene: string): Promise<boolean>
}

const WEEK_S = 7 * 24 * 3600
const LEASE_MS = 5_000
const used = z.object({ by: z.string() })

export function createQr({ host, client, site, secret }: QrOptions): Qr {
  const tokens = createSceneTokens(secret, host.clock)

  /** Before the join: when that fails, the platform's repeat comes from the same customer. */
  async function use(id: string, openid: string): Promise<boolean> {
    const lease = await host.lease(`scene:${id}`, LEASE_MS)
    if (lease === undefined) return false
    try {
      const key = `scene:${id}`
      const before = used.safeParse(await host.state.get(key)).data
      if (before !== undefined) return before.by === openid
      await host.state.set(key, { by: openid })
      return true
    } finally {
      await lease.release()
    }
  }

  return {
    async invite(conversation) {
      const asked = host.clock.now()
      const { url, seconds } = await client.code(tokens.make(conversation), WEEK_S)
      return { url, until: asked + seconds * 1000, app: 'WeChat' }
    },
    async follow(openid, scene) {
      const token = tokens.read(scene)
      if (token === undefined || !(await use(token.id, openid))) return false
      await host.join({ address: openid, verified: 'scene', site }, { conversation: token.conversation })
      return true
    },
  }
}
