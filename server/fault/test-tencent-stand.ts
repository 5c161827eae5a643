import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createFakeWeChat, type FakeWeChat } from '@hutong/adapter-wechat/fake'
import { createFakeWeCom, type FakeWeCom } from '@hutong/adapter-wecom/fake'
import type { Body } from '@hutong/core/entry'
import { sha256 } from '../test-stand.ts'
import { createRelayProcess, type RelayProcess } from './relay-process.ts'

export const CALLBACK = { token: 'callbacktoken', encodingAesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG' }
export const GZH = { appId: 'wx0123456789abcdef', secret: 'app-secret' }
export const JSON_GZH = { appId: 'wx00000000deadbeef', secret: 'other-secret' }
export const CORP = 'ww0123456789abcdef'
export const AGENT = 1_000_002
export const KF = 'wkAJ2GCAAAZSfhHCt7IFSvLKtMPxyJTw'
export const ADMIN = 'token-of-the-administrator'
/** Above every lease that a killed relay may have held. */
const DOWN_MS = 61_000
const PLENTY = { perMinute: 1e9, burst: 1e9 }

/** What the bot of the stand answers, by the word that asks for it. */
export const ANSWERS: Readonly<Record<string, string>> = {
  parcel: 'It left yesterday.',
  price: 'It costs nine.',
  colour: 'It is blue.',
  return: 'Within two weeks.',
}
export const WORDS = Object.keys(ANSWERS)

export type Door = 'gzh' | 'gzh-json' | 'app' | 'kf'
export const DOORS: readonly Door[] = ['gzh', 'gzh-json', 'app', 'kf']

/** The platforms on this machine, and a relay in a process of its own that is a channel of each. */
export interface TencentStand {
  relay: RelayProcess
  /** Official Accounts whose callbacks are XML and JSON. */
  wechat: FakeWeChat
  json: FakeWeChat
  wecom: FakeWeCom
  /** Where the callbacks of a channel go. */
  url(door: Door): string
  /** Starts it again a minute later on all clocks. */
  restart(): Promise<void>
  /** The log as it is on disk, in its order. */
  log(): Logged[]
  count(): number
  /** Deliveries that are still to be made. */
  underWay(): number
  /** Resolves when it holds; rejects after `ms`, 60 s when left out. */
  until(what: string, holds: () => boolean, ms?: number): Promise<void>
  /** An administrator's request. */
  ask(path: string): Promise<Record<string, unknown>>
  close(): Promise<void>
}

/** An entry, and the address of the customer whose conversation it is in. */
export interface Logged {
  address: string
  conversation: string
  from: string
  body: Body
}

export interface StandOptions {
  /** Who answers on all channels: nobody when left out. `hanging` never says anything. */
  routing?: readonly string[]
  /** The commandline itself instead of a program with the same relay. */
  real?: true
  channels?: readonly Door[]
}

export async function openTencentStand(options: StandOptions = {}): Promise<TencentStand> {
  const { routing = ['desk'], channels = DOORS } = options
  const folder = await mkdtemp(join(tmpdir(), 'hutong-tencent-'))
  const { wechat, json, wecom } = await startPlatforms()
  let ahead = 0
  const program = fileURLToPath(new URL('./test-relay-program.ts', import.meta.url))
  const relay = await createRelayProcess(
    folder,
    {
      sites: [{ key: 'shop', name: 'Shop', routing }],
      backends: { keyword: { answers: WORDS.map(answerTo) } },
      channels: settings({ wechat, json, wecom }).filter(({ id }) => channels.includes(id)),
      tokens: [{ name: 'boss', hash: sha256(ADMIN), role: 'admin' }],
      limits: { requests: PLENTY },
    },
    { ...(options.real ? {} : { program }), aheadMs: () => ahead },
  )
  const url = (door: Door) => `${relay.url}/channels/${door}/callback`
  wechat.callback(url('gzh'))
  json.callback(url('gzh-json'))
  wecom.app.callback(url('app'))
  wecom.kf.callback(url('kf'))

  return {
    ...{ relay, wechat, json, wecom, url },
    async restart() {
      ahead += DOWN_MS
      await relay.start()
      // After it has started: what the platforms then push again is not lost on a relay that is down.
      for (const one of [wechat, json, wecom]) one.advance(DOWN_MS)
    },
    log: () => rows(relay.database, LOG).map(logged),
    count: () => rows(relay.database, 'select position from entries').length,
    underWay: () => rows(relay.database, OPEN).length,
    async until(what, holds, ms = 60_000) {
      for (const end = Date.now() + ms; Date.now() < end; ) {
        if (holds()) return
        await setTimeout(5)
      }
      throw new Error(`never came true: ${what}; ${relay.complaints().slice(-1_500)}`)
    },
    ask: async (path) =>
      (await fetch(relay.url + path, { headers: { authorization: `Bearer ${ADMIN}` } })).json() as Promise<
        Record<string, unknown>
      >,
    async close() {
      await relay.kill()
      await Promise.all([wechat.close(), json.close(), wecom.close()])
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const OPEN = "select id from outbox where state in ('ready', 'leased')"
const LOG = `select i.address, c.id, e.sender, e.body from entries e join conversations c on c.n = e.conversation
  join identities i on i.contact = c.contact order by e.position`

function rows(path: string, sql: string): Record<string, unknown>[] {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 })
  try {
    return database.prepare(sql).all()
  } finally {
    database.close()
  }
}

function logged({ address, id, sender, body }: Record<string, unknown>): Logged {
  const from = JSON.parse(String(sender)).kind
  return { address: String(address), conversation: String(id), from, body: JSON.parse(String(body)) }
}

/** The words of a message; empty for everything else. */
export function textOf(body: Body): string {
  const [part] = body.kind === 'message' ? body.parts : []
  return part?.kind === 'text' ? part.text : ''
}

type Platforms = Pick<TencentStand, 'wechat' | 'json' | 'wecom'>

async function startPlatforms(): Promise<Platforms> {
  const [wechat, json, wecom] = await Promise.all([
    createFakeWeChat({ ...GZH, ...CALLBACK, format: 'xml', mode: 'safe' }),
    createFakeWeChat({ ...JSON_GZH, ...CALLBACK, format: 'json', mode: 'safe' }),
    createFakeWeCom({
      corpId: CORP,
      app: { agentId: AGENT, secret: 'wecom-app-secret', ...CALLBACK },
      kf: { secret: 'kf-secret', ...CALLBACK, accounts: [{ openKfId: KF, name: 'Shop' }] },
      robots: [],
    }),
  ])
  return { wechat, json, wecom }
}

function settings({ wechat, json, wecom }: Platforms): { id: Door; [setting: string]: unknown }[] {
  const ours = { site: 'shop', token: CALLBACK.token, encodingAesKeys: [CALLBACK.encodingAesKey] }
  const company = { ...ours, corpId: CORP, api: wecom.url }
  return [
    { id: 'gzh', kind: 'wechat', ...ours, ...GZH, api: wechat.url },
    { id: 'gzh-json', kind: 'wechat', ...ours, ...JSON_GZH, api: json.url },
    { id: 'app', kind: 'wecom', ...company, secret: 'wecom-app-secret', agentId: AGENT },
    { id: 'kf', kind: 'wecom-kf', ...company, secret: 'kf-secret', openKfIds: [KF] },
  ]
}

function answerTo(word: string): object {
  return { any: [word], parts: [{ kind: 'text', text: ANSWERS[word] }] }
}
