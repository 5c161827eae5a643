import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { Delivery } from '@hutong/core/adapter'
import { createMemoryHost, type Fault, type MemoryHost } from '@hutong/core/memory'
import type { Part } from '@hutong/core/parts'
import type { Bench, Person, Written } from '@hutong/core/testkit'
import type { FakeShown } from '@hutong/tencent/fake-shown'
import { createClient } from './client.ts'
import { createFakeWeChat, type FakeWeChat, type FakeWeChatOptions } from './fake/fake-wechat.ts'
import { createWeChatAdapter, type WeChatAdapter, type WeChatOptions } from './index.ts'

export const APP_ID = 'wxba5fad812f8e6fb9'
export const SECRET = '4f3ad57b6989f09f4eb392acce4f9e93'
const TOKEN = 'AAAAA'
const AES_KEY = 'A'.repeat(43)
export const CUSTOM_SEND = '/cgi-bin/message/custom/send'

/** The fake platform, and a relay's side of memory that its callbacks reach over HTTP. */
export interface Stand {
  readonly fake: FakeWeChat
  readonly host: MemoryHost
  readonly options: WeChatOptions
  adapter(more?: Partial<WeChatOptions>): WeChatAdapter
  /** Puts the clocks of both forward. */
  advance(ms: number): void
  close(): Promise<void>
}

export async function openStand(platform: Partial<FakeWeChatOptions> = {}): Promise<Stand> {
  const host = createMemoryHost({ channel: 'wechat' })
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const { method = 'GET', url = '/' } = incoming
    const body = method === 'GET' ? {} : { body: new Uint8Array(Buffer.concat(chunks)) }
    const answer = await host.fetch(new Request(`http://relay.test${url}`, { method, ...body }))
    outgoing.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const callbackUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/channels/wechat/callback`
  const account = { appId: APP_ID, secret: SECRET, token: TOKEN, encodingAesKey: AES_KEY, callbackUrl }
  const now = host.clock.now()
  const fake = await createFakeWeChat({ ...account, format: 'xml', mode: 'safe', now: () => now, ...platform })
  const keys = (platform.mode ?? 'safe') === 'plain' ? [] : [AES_KEY]
  const options = {
    site: 'site',
    appId: APP_ID,
    secret: SECRET,
    token: TOKEN,
    encodingAesKeys: keys,
    api: fake.url,
    patience: 2_000,
  }
  return {
    fake,
    host,
    options,
    adapter: (more = {}) => createWeChatAdapter({ ...options, ...more }),
    advance(ms) {
      host.clock.advance(ms)
      fake.advance(ms)
    },
    async close() {
      await fake.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** What the kit's failures are on this platform; a connection that is refused says the same as `down`, and has a test of its own. */
const FAULTS = {
  throttled: { errcode: 45011 },
  down: { errcode: -1 },
  refused: { errcode: 40035 },
  gone: { errcode: 43004 },
  window_closed: { errcode: 45015 },
  lost: 'reset-after-accept',
} as const satisfies Record<Fault, unknown>

/** The adapter on the fake, ready for the kit. */
export async function weChatBench(): Promise<Bench> {
  const stand = await openStand()
  const { fake, host } = stand
  const client = createClient({ host, appId: APP_ID, secret: SECRET, base: fake.url, patience: 2_000 })
  const sends = new Map<string, number>()
  const sending = new Map<string, Promise<void>>()

  /** The kit answers more often than the platform lets an account: a scan lets it answer three times more. */
  async function mayAnswer(openid: string): Promise<void> {
    const count = (sends.get(openid) ?? 0) + 1
    sends.set(openid, count)
    if (count % 3 > 0) return
    const { url } = await client.code(`kit-${openid}-${count}`, 60)
    await fake.phone(openid).scan(url)
  }

  async function push(openid: string, fields: Record<string, string | number | bigint>): Promise<boolean> {
    const { query, body } = fake.compose(openid, fields)
    const request = new Request(`http://relay.test/channels/wechat/callback?${query}`, { method: 'POST', body })
    return (await host.fetch(request)).status === 200
  }

  async function person(name: string): Promise<Person> {
    const openid = `o_${name}`
    const phone = fake.phone(openid)
    const shown = () => phone.sees().filter(({ from }) => from === 'account')
    return {
      address: openid,
      write: (message) => push(openid, fieldsOf(message)),
      pick: async (option) => {
        const item = shown()
          .flatMap((one) => (one.kind === 'menu' ? one.items : []))
          .find(({ id }) => id.endsWith(`.${option}`))
        return (await phone.clickMsgMenu(item?.id ?? '')).outcome === 'success'
      },
      type() {},
      sees: async () => shown().map(wordsOf),
      seesTyping: () => phone.seesTyping(),
      async leave() {},
      async comeBack() {},
    }
  }

  return {
    host,
    adapter() {
      const made = stand.adapter()
      return {
        ...made,
        async open(opened) {
          await made.open(opened)
          for (const openid of ['o_lin', 'o_max'])
            await fake
              .phone(openid)
              .follow()
              .catch(() => {})
        },
        send(delivery) {
          const { address } = delivery.to
          const before = sending.get(address)
          const sent = before === undefined ? made.send(delivery) : before.then(() => made.send(delivery))
          const counted = sent.then(() => mayAnswer(address)).catch(() => {})
          sending.set(address, counted)
          return sent
        },
      }
    },
    person,
    fault: (fault) => fake.faults.next(CUSTOM_SEND, FAULTS[fault]),
    async forge() {
      const { query, body } = fake.compose('o_lin', { MsgType: 'text', Content: 'I am Lin', MsgId: 1 })
      const forged = query.replace(/msg_signature=\w{8}/, 'msg_signature=00000000')
      const init = { method: 'POST', body }
      await host.fetch(new Request(`http://relay.test/channels/wechat/callback?${forged}`, init))
    },
    async garble() {
      for (const fields of GARBLED) await push('o_nobody', fields)
    },
    close: stand.close,
  }
}

const GARBLED = [{}, { MsgType: 'event' }, { FromUserName: '', MsgType: '' }, { MsgType: 'event', Event: '' }]

/** Ids are numbers here. */
function fieldsOf(message: Written): Record<string, string | number | bigint> {
  const MsgId = BigInt(`0x${createHash('sha256').update(message.id).digest('hex').slice(0, 15)}`)
  if ('text' in message) return { MsgType: 'text', Content: message.text, MsgId }
  if ('strange' in message) return { MsgType: 'hologram', Title: 'A hologram', MsgId }
  return { MsgType: 'file', Title: message.file.name, MsgId }
}

function wordsOf(shown: FakeShown): string {
  switch (shown.kind) {
    case 'menu':
      return [shown.head, ...shown.items.map(({ text }) => text), shown.tail].join('\n')
    case 'cards':
      return shown.cards.map(({ title, description, url }) => [title, description, url].join('\n')).join('\n')
    case 'text':
    case 'notice':
      return shown.text
    default:
      return shown.name
  }
}

export const AGENT = { kind: 'agent', id: 'a_1', name: 'Anna' } as const

/** One message of an agent on its way, in a conversation that the customer has or a new one. */
export async function deliveryTo({ host }: Stand, openid: string, part: Part): Promise<Delivery> {
  const body = { kind: 'message' as const, parts: [part] }
  const thread = await host.log.find('site', openid)
  const first = { from: { address: openid }, key: `first-${openid}`, body: { ...body, parts: [HELLO] } }
  const conversation = thread?.conversation.id ?? (await host.receive(first)).conversation
  const [entry] = await host.commit(conversation, AGENT, body)
  if (!entry) throw new Error('the host committed nothing')
  return {
    key: `${conversation}:${entry.seq}`,
    to: { address: openid, conversation },
    entry,
    parts: [part],
    changes: [],
    attempt: 1,
  }
}

const HELLO: Part = { kind: 'text', text: 'hello', format: 'plain' }
