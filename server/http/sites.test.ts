import type { Adapter } from '@hutong/core/adapter'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { webChannel } from '../test-relay.ts'
import { openStand, type Stand, TOKENS } from '../test-stand.ts'
import { siteOperation, type WatchedSite } from './sites.ts'

const post: Adapter = {
  ...webChannel,
  channel: 'post',
  site: 'shop',
  capabilities: { ...webChannel.capabilities, readsLog: false },
}
let stand: Stand
beforeAll(async () => {
  stand = await openStand({ channels: [post] })
})
afterAll(() => stand.close())

describe('sites over REST', () => {
  it('name the backends that answer there, without people', async () => {
    const { body } = await stand.ask('/v1/sites', { token: TOKENS.boss })
    expect(body.items).toEqual([
      { id: 'shop', key: 'shop', name: 'Shop', backends: [] },
      { id: 'other', key: 'other', name: 'Other shop', backends: ['assistant', 'keyword'] },
    ])
  })

  it('are those of the credentials, and none without', async () => {
    expect((await stand.ask('/v1/sites', { token: TOKENS.shop })).body.items).toMatchObject([{ id: 'shop' }])
    expect((await stand.ask('/v1/sites')).status).toBe(401)
  })
})

describe('how long customers may wait', () => {
  it('is the shortest time that is watched for the site or for all, and nothing where none is', async () => {
    const sites = ['shop', 'other'].map((key) => ({ key, name: key, routing: [] }))
    const actor = { kind: 'token', id: 't', name: 't', role: 'admin', sites: 'all' } as const
    const timesWith = async (watched: WatchedSite[]) => {
      const asked = {
        actor,
        params: {},
        query: {},
        body: undefined,
        request: new Request('http://x'),
        ip: '',
        header() {},
      }
      const { items } = (await siteOperation(sites, watched).handle(asked)) as { items: { answerMs?: number }[] }
      return items.map(({ answerMs }) => answerMs)
    }
    expect(await timesWith([{ answerMs: 9_000 }, { site: 'shop', answerMs: 5_000 }, {}])).toEqual([5_000, 9_000])
    expect(await timesWith([{ site: 'shop' }])).toEqual([undefined, undefined])
  })
})

describe('channels over REST', () => {
  it('say what each can show, and are those of the sites that exist for you', async () => {
    const { body } = await stand.ask('/v1/channels', { token: TOKENS.shop })
    expect(body.items).toMatchObject([
      { id: 'post', site: 'shop', originals: false, capabilities: { text: { unit: 'chars' } } },
    ])
    const others = await stand.ask('/v1/channels', { token: TOKENS.other })
    expect(others.body.items).toEqual([])
  })
})

describe('presence over REST', () => {
  it('is said with the conversation as it is now, without waiting for the next signal', async () => {
    const { conversation } = await stand.write('hello', { address: 'here' })
    const online = async () =>
      (await stand.ask(`/v1/conversations/${conversation}`, { token: TOKENS.shop })).body.online
    const from = { channel: 'web', site: 'shop', address: 'here' }
    expect(await online()).toBe(false)
    stand.relay.contactSignal(from, { kind: 'presence', online: true })
    await expect.poll(online).toBe(true)
    stand.relay.contactSignal(from, { kind: 'presence', online: false })
    await expect.poll(online).toBe(false)
  })
})
