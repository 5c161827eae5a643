import type { Host } from '@hutong/core/adapter'
import type { SceneTokens } from '@hutong/tencent/scene'
import type { KfCalls } from './kf-calls.ts'

export interface KfInvitationsOptions {
  host: Pick<Host, 'state' | 'clock'>
  calls: Pick<KfCalls, 'contactWay'>
  scenes: Pick<SceneTokens, 'make'>
  openKfId: string
}

/** Only links with a scene carry a parameter. */
const SCENE = 'hutong'
const VALID_MS = 7 * 86_400_000

/** Links that bring somebody's conversation along (https://developer.work.weixin.qq.com/document/path/94665). */
export function createKfInvitations({ host, calls, scenes, openKfId }: KfInvitationsOptions) {
  const key = `contact-way:${openKfId}:${SCENE}`

  async function contactWay(): Promise<string> {
    const kept = await host.state.get(key)
    if (typeof kept === 'string') return kept
    const url = await calls.contactWay(openKfId, SCENE)
    await host.state.set(key, url)
    return url
  }

  return async (conversation: string): Promise<{ url: string; until: number; app: string }> => {
    const way = new URL(await contactWay())
    const until = host.clock.now() + VALID_MS
    way.searchParams.set('scene_param', scenes.make(conversation))
    return { url: way.href, until, app: 'WeChat' }
  }
}
