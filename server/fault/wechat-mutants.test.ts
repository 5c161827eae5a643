import { afterEach, expect, it } from 'vitest'
import { createRandom } from './random.ts'
import { type Ground, MUTATIONS, type Request, sealed } from './test-mutants.ts'
import {
  AGENT,
  CORP,
  DOORS,
  type Door,
  GZH,
  JSON_GZH,
  KF,
  openTencentStand,
  type TencentStand,
} from './test-tencent-stand.ts'

const MUTANTS = 10_000
/** `HUTONG_FAULT_SEED` makes the same mutants again. */
const SEED = Number(process.env.HUTONG_FAULT_SEED ?? Math.floor(Math.random() * 1e9))
const LANES = 16

let stand: TencentStand
afterEach(() => stand.close())

let id = 1_000_000n
/** A message of its own each time. */
function message(customer: string): Record<string, string | number | bigint> {
  id += 1n
  return { FromUserName: customer, MsgType: 'text', Content: `words ${id}`, MsgId: id, CreateTime: 1_700_000_000 }
}

/** A callback of a channel that was not sent yet. */
function compose(door: Door): { query: string; body: string } {
  if (door === 'kf') return stand.wecom.kf.compose(knock())
  if (door === 'app') return stand.wecom.app.compose({ ...message('lin'), AgentID: AGENT })
  const wechat = door === 'gzh' ? stand.wechat : stand.json
  return wechat.compose('oLin', message('oLin'))
}

const knock = () => ({ MsgType: 'event', Event: 'kf_msg_or_event', Token: `ENC${id}`, OpenKfId: KF })
const RECEIVERS: Readonly<Record<Door, string>> = { gzh: GZH.appId, 'gzh-json': JSON_GZH.appId, app: CORP, kf: CORP }

async function ground(door: Door): Promise<Ground> {
  const format = door === 'gzh-json' ? 'json' : 'xml'
  const taken = compose(door)
  expect(await post(door, taken)).toBe(200)
  return { format, receiveId: RECEIVERS[door], taken, fresh: () => compose(door), plain: () => plain(door, format) }
}

function plain(door: Door, format: 'xml' | 'json'): string {
  const fields = door === 'kf' ? knock() : { ToUserName: 'gh_1', AgentID: AGENT, ...message('oEve') }
  if (format === 'json')
    return JSON.stringify(fields, (_, value) => (typeof value === 'bigint' ? Number(value) : value))
  return `<xml>${Object.entries(fields)
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join('')}</xml>`
}

/** The status of the answer. */
async function post(door: Door, { query, body, method = 'POST' }: Request): Promise<number> {
  const type = { 'content-type': door === 'gzh-json' ? 'application/json' : 'text/xml' }
  const content = method === 'GET' ? {} : { body, headers: type }
  const response = await fetch(`${stand.url(door)}?${query}`, { method, ...content })
  await response.arrayBuffer()
  return response.status
}

/** What has got in: entries of the log, and looks at customer service that a callback has caused. */
function gotIn(): { entries: number; looks: number } {
  const looks = stand.wecom.calls.filter(({ path }) => path === '/cgi-bin/kf/sync_msg').length
  return { entries: stand.count(), looks }
}

it(`takes in none of ${MUTANTS} callbacks that are not what the platform sent, and goes on`, async () => {
  process.stdout.write(`seed ${SEED}: the same again with HUTONG_FAULT_SEED=${SEED}\n`)
  const random = createRandom(SEED)
  stand = await openTencentStand({ real: true })
  await stand.relay.start()
  const grounds = new Map<Door, Ground>()
  for (const door of DOORS) grounds.set(door, await ground(door))
  await stand.until('customer service was read', () => gotIn().looks >= 2)
  const before = gotIn()
  const kinds = Object.entries(MUTATIONS)
  const statuses: Record<string, number> = {}
  const accepted: string[] = []
  const started = Date.now()
  let made = 0
  await Promise.all(
    Array.from({ length: LANES }, async () => {
      while (made < MUTANTS) {
        const door = DOORS[made % DOORS.length] ?? 'gzh'
        const [kind, make] = kinds[Math.floor(made / DOORS.length) % kinds.length] ?? []
        const on = grounds.get(door)
        made += 1
        if (kind === undefined || make === undefined || on === undefined) throw new Error('there is nothing to make')
        const request = make(on, random)
        const status = await post(door, request)
        statuses[`${status}`] = (statuses[`${status}`] ?? 0) + 1
        if (status < 400 || status >= 500)
          accepted.push(`${status} ${door} ${kind}: ${JSON.stringify(request).slice(0, 1_000)}`)
      }
    }),
  )
  const seconds = Math.round((Date.now() - started) / 1_000)
  const after = gotIn()
  process.stdout.write(
    `${made} mutated callbacks of ${kinds.length} kinds on ${DOORS.length} channels in ${seconds} s: ` +
      `${JSON.stringify(statuses)}, ${accepted.length} accepted, ${after.entries - before.entries} entries stored\n`,
  )
  expect(accepted.slice(0, 5)).toEqual([])
  expect(after).toEqual(before)
  expect(stand.relay.alive()).toBe(true)
})

it('answers a repeat as before and stores nothing more, and takes in what is right', async () => {
  stand = await openTencentStand({ real: true })
  await stand.relay.start()
  const random = createRandom(SEED)
  for (const door of DOORS) {
    const on = await ground(door)
    const before = stand.count()
    for (let time = 0; time < 100; time += 1) expect(await post(door, on.taken)).toBe(200)
    expect(stand.count()).toBe(before)
    expect(await post(door, on.fresh())).toBe(200)
    expect(await post(door, sealed(on, random))).toBe(200)
    if (door !== 'kf') expect(stand.count()).toBeGreaterThanOrEqual(before + 2)
  }
})
