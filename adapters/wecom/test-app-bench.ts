import { createMemoryHost, type MemoryHost } from '@hutong/core/memory'
import type { Bench, Person, Written } from '@hutong/core/testkit'
import type { FakePayload } from '@hutong/tencent/fake-payload'
import type { FakePush } from '@hutong/tencent/fake-pusher'
import type { FakeShown } from '@hutong/tencent/fake-shown'
import { createWeComAppAdapter, type WeComAppOptions } from './app.ts'
import { createFakeWeCom, type FakeWeCom } from './fake/fake-wecom.ts'
import { startCallbackServer } from './test-callback-server.ts'

export const AGENT_ID = 1_000_002
const CORP_ID = 'ww12345678910'
const CHANNEL = 'wecom'
const KEY = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG'
const SECRETS = { secret: 'app-secret', token: 'app-token', encodingAesKey: KEY }

export interface AppStand {
  readonly host: MemoryHost
  readonly fake: FakeWeCom
  /** Not opened yet. */
  adapter(options?: Partial<WeComAppOptions>): ReturnType<typeof createWeComAppAdapter>
  /** Puts the clocks of both sides forward. */
  advance(ms: number): void
  /** A callback of this member, signed and not sent yet. */
  compose(userid: string, fields: FakePayload): FakePush
  /** Sends a callback once, and says whether it was taken. */
  push(push: FakePush): Promise<boolean>
  close(): Promise<void>
}

/** The fake of WeCom, a host in memory, and the server that brings callbacks from one to the other. */
export async function standApp(): Promise<AppStand> {
  const host = createMemoryHost({ channel: CHANNEL })
  const fake = await createFakeWeCom({
    corpId: CORP_ID,
    app: { agentId: AGENT_ID, ...SECRETS },
    kf: { ...SECRETS, secret: 'kf-secret', accounts: [] },
    robots: [],
    now: host.clock.now,
  })
  const server = await startCallbackServer(host, CHANNEL)
  fake.app.callback(server.url)
  return {
    host,
    fake,
    adapter: (options = {}) =>
      createWeComAppAdapter({
        ...{ channel: CHANNEL, site: 'site', corpId: CORP_ID, agentId: AGENT_ID, secret: SECRETS.secret },
        ...{ token: SECRETS.token, encodingAesKeys: [KEY], apiBase: fake.url, timeoutMs: 1_000 },
        ...options,
      }),
    advance(ms) {
      host.clock.advance(ms)
      fake.advance(0)
    },
    compose: (userid, fields) => fake.app.compose({ FromUserName: userid, ...fields, AgentID: AGENT_ID }),
    push: (push) =>
      Promise.race([
        server.refusal().then(() => false),
        fake.app.deliver(push, 1).then(({ outcome }) => outcome === 'success'),
      ]),
    async close() {
      await fake.close()
      await server.close()
    },
  }
}

/** What somebody reads of a thing on the screen. */
function words(one: FakeShown): string {
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

const RECALLED = '消息已被撤回'

export function sees(fake: FakeWeCom, userid: string): string[] {
  const shown = fake.member(userid).sees()
  return shown.flatMap((one) => (one.from === 'account' && words(one) !== RECALLED ? [words(one)] : []))
}

/** Presses what is on the newest card: its button, or the option of its list and then its button. */
export async function pick({ host, fake }: Pick<AppStand, 'host' | 'fake'>, userid: string, option: string) {
  const sent = fake.calls.filter(({ path }) => path === '/cgi-bin/message/send').at(-1)
  const card = cardOf(sent?.json)
  const member = fake.member(userid)
  const button = card.button_list?.find(({ key = '' }) => key.endsWith(`:${option}`))
  const pressed = card.submit_button
    ? member.press(card.task_id, card.submit_button.key, { option: [option] })
    : member.press(card.task_id, button?.key ?? '')
  const before = host.arrivals.length
  return { pushed: await pressed, taken: host.arrivals.length - before }
}

interface Card {
  task_id: string
  button_list?: { key?: string }[]
  submit_button?: { key: string }
}

function cardOf(json: unknown): Card {
  if (typeof json === 'object' && json !== null && 'template_card' in json) return json.template_card as Card
  throw new Error('no card was sent last')
}

function payloadOf(written: Written, fake: FakeWeCom, id: string): FakePayload {
  if ('text' in written) return { MsgType: 'text', Content: written.text, MsgId: id }
  if ('strange' in written) return { MsgType: 'hologram', MsgId: id }
  throw new Error(`members send an app no files, at ${fake.now()}`)
}

/** The kit's bench. */
export async function appBench(): Promise<Bench> {
  const stand = await standApp()
  const { fake, host } = stand
  let ids = 7_294_612_003_548_127_233n

  function person(name: string): Person {
    const userid = `${name[0]?.toUpperCase()}${name.slice(1)}`
    fake.member(userid)
    const pushes = new Map<string, FakePush>()
    return {
      address: userid,
      async write(message) {
        const known = pushes.get(message.id)
        ids += 1n
        const push = known ?? stand.compose(userid, payloadOf(message, fake, String(ids)))
        pushes.set(message.id, push)
        return stand.push(push)
      },
      pick: async (option) => (await pick(stand, userid, option)).pushed.outcome === 'success',
      type() {
        // Nobody is told who types.
      },
      sees: async () => sees(fake, userid),
      seesTyping: () => false,
      async leave() {},
      async comeBack() {},
    }
  }

  return {
    host,
    adapter: () => stand.adapter(),
    person: async (name) => person(name),
    fault(fault) {
      const faults = {
        throttled: { errcode: 45009 },
        down: '5xx',
        lost: 'reset-after-accept',
        refused: { errcode: 40058 },
        gone: { errcode: 81013 },
        window_closed: { errcode: 40058 },
      } as const
      fake.faults.next('/cgi-bin/message/send', faults[fault])
    },
    async forge() {
      const push = fake.app.compose({ FromUserName: 'Lin', MsgType: 'text', Content: 'let me in', MsgId: '1' })
      const query = push.query.replace(/msg_signature=\w{4}/, 'msg_signature=0000')
      await stand.push({ ...push, query })
    },
    async garble() {
      await stand.push(fake.app.compose({ Nonsense: { deep: [1, 2] } }))
    },
    close: () => stand.close(),
  }
}
