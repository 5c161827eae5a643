import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFakeWeChat, type FakeWeChat } from '@hutong/adapter-wechat/fake'
import { createFakeWeCom, type FakeWeCom } from '@hutong/adapter-wecom/fake'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSqliteStore } from '../stores/sqlite.ts'
import type { Store } from '../stores/store.ts'
import { type NodeProcess, type Order, type Setting, startNode } from './node-process.ts'
import { CALLBACK, CORP, GZH, KF } from './test-tencent-stand.ts'

const NODES = 4
const SENDS = 200
const HOUR = 3_600_000
const GZH_TOKEN = '/cgi-bin/stable_token'
const KF_TOKEN = '/cgi-bin/gettoken'

let folder: string
let wechat: FakeWeChat
let wecom: FakeWeCom
let nodes: NodeProcess[]
let store: Store

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hutong-tokens-'))
  wechat = await createFakeWeChat({ ...GZH, ...CALLBACK, format: 'xml', mode: 'safe' })
  wecom = await createFakeWeCom({
    corpId: CORP,
    app: { agentId: 1, secret: 'wecom-app-secret', ...CALLBACK },
    kf: { secret: 'kf-secret', ...CALLBACK, accounts: [{ openKfId: KF, name: 'Shop' }] },
    robots: [],
  })
  for (const name of everybody()) {
    void wechat.phone(name).follow()
    void wechat.phone(name).say('hello')
    void wecom.customer(name).say('hello')
  }
  const database = join(folder, 'hutong.sqlite')
  store = createSqliteStore({ path: database })
  await store.migrate()
  const ours = { site: 'shop', token: CALLBACK.token, encodingAesKeys: [CALLBACK.encodingAesKey] }
  const setting: Setting = {
    ...{ database, files: join(folder, 'files') },
    wechat: { ...ours, ...GZH, channel: 'gzh', api: wechat.url },
    kf: { ...ours, corpId: CORP, secret: 'kf-secret', channel: 'kf', openKfIds: [KF], apiBase: wecom.url },
  }
  nodes = await Promise.all(Array.from({ length: NODES }, () => startNode(setting)))
})
afterEach(async () => {
  await Promise.all(nodes.map((one) => one.kill()))
  await Promise.all([wechat.close(), wecom.close(), store.close()])
  await rm(folder, { recursive: true, force: true })
})

function everybody(): string[] {
  return Array.from({ length: NODES * SENDS }, (_, index) => `wm${index}`)
}

const asked = (path: string) => [...wechat.calls, ...wecom.calls].filter((one) => one.path === path)
const refusals = (path: string) => asked(path).filter(({ errcode }) => errcode === 42001 || errcode === 40014).length

/** All nodes send to all customers at once, each to its own. */
async function storm(channel: Order['channel'], text: string, aheadMs: number) {
  const started = Date.now()
  const outcomes = await Promise.all(
    nodes.map((node, index) => {
      const mine = everybody().slice(index * SENDS, (index + 1) * SENDS)
      const address = (name: string) => (channel === 'kf' ? `${name}@${KF}` : name)
      const sends = mine.map((name) => ({ key: `${text}-${name}`, address: address(name), text }))
      return node.order({ channel, aheadMs, sends })
    }),
  )
  const seen = (name: string) => (channel === 'kf' ? wecom.customer(name) : wechat.phone(name)).sees()
  const counts = everybody().map(
    (name) => seen(name).filter((one) => one.from === 'account' && one.kind === 'text' && one.text === text).length,
  )
  return {
    sent: outcomes.reduce((sum, one) => sum + one.sent, 0),
    again: outcomes.reduce((sum, one) => sum + one.again, 0),
    failed: outcomes.flatMap((one) => one.failed),
    once: counts.filter((count) => count === 1).length,
    ms: Date.now() - started,
  }
}

const ACCOUNTS = [
  { name: 'an Official Account', channel: 'gzh', token: GZH_TOKEN, send: '/cgi-bin/message/custom/send' },
  { name: 'customer service', channel: 'kf', token: KF_TOKEN, send: '/cgi-bin/kf/send_msg' },
] as const

describe.each(ACCOUNTS)('$name', ({ name, channel, token, send }) => {
  it(`asks for one new token when it ends during ${NODES} × ${SENDS} messages from ${NODES} relays, and loses none`, async () => {
    // All that customers of customer service have said.
    await expect.poll(() => store.position(), { timeout: 60_000 }).toBe(NODES * SENDS)
    const first = asked(token).length
    const all = { sent: NODES * SENDS, failed: [], once: NODES * SENDS }
    wechat.advance(2 * HOUR)
    wecom.advance(2 * HOUR)
    const late = await storm(channel, 'by the clock', 2 * HOUR)
    const byClock = asked(token).length
    wechat.expireTokens()
    wecom.expireTokens()
    const early = await storm(channel, 'before its time', 2 * HOUR)
    const byRefusal = asked(token).length
    process.stdout.write(
      `${name}, ${NODES} relays × ${SENDS} messages: ${first} token when they started; ${byClock - first} when its time was over ` +
        `(${late.once} arrived in ${late.ms} ms); ${byRefusal - byClock} when the platform ended it early ` +
        `(${early.once} arrived in ${early.ms} ms, ${refusals(send)} were refused); ${late.again + early.again} were sent again after a lost connection\n`,
    )
    expect([first, byClock - first, byRefusal - byClock]).toEqual([1, 1, 1])
    expect(late).toMatchObject(all)
    expect(early).toMatchObject(all)
    expect(refusals(send)).toBeGreaterThan(0)
  })
})
