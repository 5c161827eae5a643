import { setTimeout as sleep } from 'node:timers/promises'
import type { Host, Lease } from '@hutong/core/adapter'
import { HutongError } from '@hutong/core/errors'
import { createSceneTokens } from '@hutong/tencent/scene'
import { z } from 'zod'
import type { Client } from './client.ts'

export interface QrOptions {
  host: Pick<Host, 'state' | 'lease' | 'clock' | 'join'>
  client: Pick<Client, 'code'>
  site: string
  channel: string
  /** Signs the scenes. */
  secret: string
  /** How to let time pass while another node reads the same scene. */
  wait?(ms: number): Promise<unknown>
}

/** Codes by which the contact of a conversation goes on here. */
export interface Qr {
  invite(conversation: string): Promise<{ url: string; until: number; app: string }>
  /** Joins who came by one of our codes to its conversation. False for a scene of others, and for one that somebody else has used. Rejects when it must be tried again. */
  follow(openid: string, scene: string): Promise<boolean>
}

const WEEK_S = 7 * 24 * 3600
/** Over before the platform stops waiting for an answer: a node that died with a lease costs nobody the push. */
const LEASE_MS = 3_000
const LOOK_MS = 200
const MOST_LOOKS = 20
const used = z.object({ by: z.string() })

export function createQr({ host, client, site, channel, secret, wait = sleep }: QrOptions): Qr {
  const tokens = createSceneTokens(secret, channel, host.clock)
  const underWay = new Map<string, Promise<boolean>>()

  async function leased(name: string): Promise<Lease> {
    for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
      const lease = await host.lease(name, LEASE_MS)
      if (lease !== undefined) return lease
      await wait(LOOK_MS)
    }
    throw new HutongError('unavailable', 'another node reads the same scene and does not come to an end')
  }

  /** Before the join: when that fails, the platform's repeat comes from the same customer. */
  async function use(key: string, openid: string): Promise<boolean> {
    const lease = await leased(key)
    try {
      const before = used.safeParse(await host.state.get(key)).data
      if (before !== undefined) return before.by === openid
      await host.state.set(key, { by: openid })
      return true
    } finally {
      await lease.release()
    }
  }

  /** A lease keeps off other nodes alone. */
  async function inTurn(key: string, openid: string): Promise<boolean> {
    while (underWay.has(key)) await Promise.allSettled([underWay.get(key)])
    const using = use(key, openid).finally(() => underWay.delete(key))
    underWay.set(key, using)
    return using
  }

  return {
    async invite(conversation) {
      const asked = host.clock.now()
      const { url, seconds } = await client.code(tokens.make(conversation), WEEK_S)
      return { url, until: asked + seconds * 1000, app: 'WeChat' }
    },
    async follow(openid, scene) {
      const token = tokens.read(scene)
      if (token === undefined || !(await inTurn(`scene:${token.id}`, openid))) return false
      await host.join({ address: openid, verified: 'scene', site }, { conversation: token.conversation })
      return true
    },
  }
}
