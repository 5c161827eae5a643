import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Adapter } from '@hutong/core/adapter'
import { createMemoryHost, type MemoryHost } from '@hutong/core/memory'
import type { Bench, Person, Written } from '@hutong/core/testkit'
import type { FakePush } from '@hutong/tencent/fake-pusher'
import type { FakeShown } from '@hutong/tencent/fake-shown'
import { expect } from 'vitest'
import type { FakeWeComCustomer } from './fake/customer.ts'
import { createFakeWeCom, type FakeWeCom } from './fake/fake-wecom.ts'
import { createWeComKfAdapter, type WeComKfOptions } from './kf.ts'
import { addressOf } from './kf-address.ts'

export const OPEN_KFID = 'wkHutongTestAccount000001'
export const CORP_ID = 'ww12345678910'
const CHANNEL = 'wecom-kf'
const KEY = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG'
const MOST_ANSWERS = 5

export interface KfStand {
  readonly host: MemoryHost
  readonly fake: FakeWeCom
  /** Not opened yet. */
  adapter(options?: Partial<WeComKfOptions>): Adapter & ReturnType<typeof createWeComKfAdapter>
  customer(name: string): FakeWeComCustomer
  address(name: string): string
  /** Puts the clocks of both sides forward. */
  advance(ms: number): void
  /** Statuses that callbacks were answered with, oldest first. */
  readonly answers: readonly number[]
  /** What is called when a callback is answered. */
  answered: (status: number) => void
  callbackUrl: string
  close(): Promise<void>
}

/** The fake of WeCom, a host in memory, and the server that brings callbacks from one to the other. */
export async function standKf(): Promise<KfStand> {
  const host = createMemoryHost({ channel: CHANNEL })
  const secrets = { secret: 'kf-secret', token: 'kf-token', encodingAesKey: KEY }
  const fake = await createFakeWeCom({
    corpId: CORP_ID,
    app: { agentId: 1, secret: 'app-secret', token: 'app-token', encodingAesKey: KEY },
    kf: { ...secrets, accounts: [{ openKfId: OPEN_KFID, name: 'Hutong', servicers: ['zhangsan'] }] },
    robots: [],
    now: host.clock.now,
  })
  const answers: number[] = []
  const server = createServer(async (incoming, outgoing) => {
    const answer = await host.fetch(await requestOf(incoming))
    answers.push(answer.status)
    outgoing.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()))
    stand.answered(answer.status)
  })
  const callbackUrl = `${await listen(server)}/channels/${CHANNEL}/callback`
  fake.kf.callback(callbackUrl)
  const customer = (name: string) => fake.customer(`wm${name}`)
  const stand: KfStand = {
    host,
    fake,
    answers,
    answered: () => undefined,
    callbackUrl,
    adapter: (options = {}) =>
      createWeComKfAdapter({
        ...{ channel: CHANNEL, site: 'site', corpId: CORP_ID, secret: 'kf-secret', token: 'kf-token' },
        ...{ encodingAesKeys: [KEY], openKfIds: [OPEN_KFID], apiBase: fake.url, timeoutMs: 1_000 },
        ...options,
      }),
    customer,
    address: (name) => addressOf({ customer: `wm${name}`, openKfId: OPEN_KFID }),
    advance(ms) {
      host.clock.advance(ms)
      fake.advance(0)
    },
    async close() {
      await fake.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return stand
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
}

async function requestOf(incoming: IncomingMessage): Promise<Request> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  const { method = 'GET', url = '' } = incoming
  const body = method === 'POST' ? { body: Buffer.concat(chunks) } : {}
  return new Request(`http://127.0.0.1${url}`, { method, ...body })
}

/** What somebody reads of a thing on the screen. */
export function words(one: FakeShown): string {
  switch (one.kind) {
    case 'text':
    case 'notice':
      return one.text
    case 'menu':
      return [one.head, ...one.items.map((item) => item.text), one.tail].filter(Boolean).join('\n')
    case 'cards':
      return one.cards.flatMap(({ title, description, url }) => [title, description, url]).join('\n')
    default:
      return one.name
  }
}

export function sees(customer: FakeWeComCustomer): string[] {
  return customer.sees().flatMap((one) => (one.from === 'account' && one.kind !== 'notice' ? [words(one)] : []))
}

/** The kit's bench. Customers say something whenever their five answers are used up. */
export async function kfBench(): Promise<Bench> {
  const stand = await standKf()
  const { fake, host } = stand
  const customers = new Map<string, FakeWeComCustomer>()
  const answered = new Map<string, number>()
  const turns = new Map<string, Promise<unknown>>()

  /** Undefined when the account may go on by itself. */
  function talkOn(address: string, before: Promise<unknown> | undefined): Promise<unknown> | undefined {
    const count = answered.get(address) ?? 0
    answered.set(address, count < MOST_ANSWERS ? count + 1 : 1)
    if (count < MOST_ANSWERS) return before
    return Promise.resolve(before).then(() => customers.get(address)?.say('go on'))
  }

  function person(name: string): Person {
    const customer = stand.customer(name)
    const address = stand.address(name)
    customers.set(address, customer)
    // She has come before anything listens, so that what she writes is one callback.
    fake.kf.callback(undefined)
    void customer.enter()
    fake.kf.callback(stand.callbackUrl)
    const pushes = new Map<string, FakePush>()
    const written = new Map<string, string>()
    return {
      address,
      async write(message) {
        const refused = new Promise<false>((resolve) => {
          stand.answered = (status) => {
            if (status !== 200) resolve(false)
          }
        })
        const push = pushes.get(message.id)
        const pushed = push === undefined ? tell(customer, message) : fake.kf.deliver(push, 1)
        const [last, entry] = [fake.kf.pushes.at(-1), fake.kf.log(OPEN_KFID).entries.at(-1)]
        if (push === undefined && last !== undefined) pushes.set(message.id, last)
        if (push === undefined && entry !== undefined) written.set(message.id, entry.msgid)
        return Promise.race([pushed.then(({ outcome }) => outcome === 'success'), refused])
      },
      async takeBack(id) {
        const msgid = written.get(id)
        return (await customer.recall(msgid)).outcome === 'success'
      },
      async pick(option) {
        const menu = customer.sees().findLast((one) => one.kind === 'menu')
        const item = menu?.kind === 'menu' ? menu.items.find(({ text }) => text.toLowerCase() === option) : undefined
        return (await customer.pick(item?.id ?? '')).outcome === 'success'
      },
      type() {
        // Nobody is told who types.
      },
      sees: async () => sees(customer),
      seesTyping: () => false,
      async leave() {},
      async comeBack() {},
    }
  }

  return {
    host,
    adapter() {
      const adapter = stand.adapter()
      return {
        ...adapter,
        async open(to) {
          await adapter.open(to)
          await expect.poll(() => host.state.get(`cursor:${OPEN_KFID}`), { interval: 5 }).toBeDefined()
        },
        send(delivery) {
          const { address } = delivery.to
          const before = turns.get(address)
          const talked = talkOn(address, before)
          const sending = talked === undefined ? adapter.send(delivery) : talked.then(() => adapter.send(delivery))
          turns.set(address, Promise.allSettled([before, sending]))
          return sending
        },
      }
    },
    person: async (name) => person(name),
    fault(fault) {
      const faults = {
        throttled: { errcode: 45009 },
        down: '5xx',
        refused: { errcode: 40008 },
        gone: { errcode: 40096 },
        window_closed: { errcode: 95002 },
        lost: 'reset-after-accept',
      } as const
      fake.faults.next('/cgi-bin/kf/send_msg', faults[fault])
    },
    async report(native) {
      const [customer] = customers.values()
      await customer?.other('event', { event_type: 'msg_send_fail', fail_msgid: native, fail_type: 5 })
    },
    async forge() {
      const { query, type, body } = fake.kf.compose({ MsgType: 'event', Event: 'kf_msg_or_event', OpenKfId: OPEN_KFID })
      const forged = query.replace(/msg_signature=./, 'msg_signature=0').replace(/msg_signature=00/, 'msg_signature=01')
      await fetch(`${stand.callbackUrl}?${forged}`, { method: 'POST', headers: { 'content-type': type }, body })
    },
    async garble() {
      const odd = [{}, { Event: 'kf_msg_or_event' }, { Event: 'kf_msg_or_event', OpenKfId: 'wk', Token: '?' }]
      for (const fields of odd) await fake.kf.deliver(fake.kf.compose(fields), 1)
      for (const body of ['', '<xml>', '{', 'x'.repeat(1_000)])
        await fetch(`${stand.callbackUrl}?msg_signature=${'0'.repeat(40)}`, { method: 'POST', body })
    },
    close: stand.close,
  }
}

function tell(customer: FakeWeComCustomer, message: Written) {
  if ('text' in message) return customer.say(message.text)
  if ('strange' in message) return customer.other('red_packet', { amount: 1 })
  return customer.file(message.file)
}
