import type { Fault } from '@hutong/core/memory'
import { createMemoryHost, type MemoryHost } from '@hutong/core/memory'
import type { Bench, Person, Written } from '@hutong/core/testkit'
import { FileBox } from 'file-box'
import { WechatyBuilder } from 'wechaty'
import { mock, PuppetMock } from 'wechaty-puppet-mock'
import { TYPE } from './bot.ts'
import { createWechatyAdapter, type WechatyOptions } from './index.ts'

export const SELF = 'shop'

export type Payload = { type: number; talkerId: string; text?: string; filename?: string } & (
  | { listenerId: string }
  | { roomId: string; mentionIdList?: string[] }
)

interface Shown {
  id: string
  words: string
}

const WORDS: Readonly<Record<Fault, string>> = {
  throttled: 'operate too frequently',
  down: 'connect ECONNREFUSED 127.0.0.1:8788',
  lost: '4 DEADLINE_EXCEEDED: Deadline exceeded',
  refused: 'unsupported message',
  gone: 'you are not a friend of this contact',
  window_closed: 'unsupported message',
}

export type Stand = ReturnType<typeof standWechaty>

/**
 * A real Wechaty on the mock puppet. The mock sends no ids and knows no links and recalls: what is sent is written down here, tells the
 * account of its own words as WeChat does, and gets an id unless `silent`.
 */
export function standWechaty({ silent = false } = {}) {
  const host = createMemoryHost({ channel: 'wechaty' })
  const mocker = new mock.Mocker()
  mocker.createContact({ id: SELF, name: 'Shop', type: 1 })
  const shown = new Map<string, Shown[]>()
  const sends: { conversation: string; payload: unknown }[] = []
  const faults: Fault[] = []
  let [ids, login, puppet] = [0, Promise.withResolvers<void>(), puppetOf()]

  function tell(id: string, payload: Payload): void {
    mocker.cacheMessagePayload.set(id, { id, timestamp: host.clock.now() / 1000, ...payload } as never)
    puppet.emit('message', { messageId: id })
  }

  async function sent(conversation: string, words: string, payload: { type: number; text?: string }) {
    const fault = faults.shift()
    if (fault !== undefined && fault !== 'lost') throw new Error(WORDS[fault])
    ids += 1
    const id = `sent-${ids}`
    sends.push({ conversation, payload })
    shown.set(conversation, [...(shown.get(conversation) ?? []), { id, words }])
    const place = mocker.cacheRoomPayload.has(conversation) ? { roomId: conversation } : { listenerId: conversation }
    tell(id, { talkerId: SELF, ...place, ...payload })
    if (fault === 'lost') throw new Error(WORDS.lost)
    return (silent ? undefined : id) as never
  }

  function puppetOf(): PuppetMock {
    const { cacheContactPayload, cacheRoomPayload, cacheMessagePayload, cacheFileBoxPayload } = mocker
    const known = { cacheContactPayload, cacheRoomPayload, cacheMessagePayload, cacheFileBoxPayload }
    const own = Object.assign(new mock.Mocker(), known)
    own.use((one) => {
      void one.puppet.login(SELF)
      return () => undefined
    })
    const link = (one: { title?: string; description?: string; url?: string; pagePath?: string }) =>
      [one.title, one.description, one.url ?? one.pagePath].filter(Boolean).join('\n')
    return Object.assign(new PuppetMock({ mocker: own }), {
      messageSendText: (to: string, text: string) => sent(to, text, { type: TYPE.text, text }),
      messageSendFile: (to: string, file: { name: string }) => sent(to, file.name, { type: TYPE.attachment }),
      messageSendUrl: (to: string, one: object) => sent(to, link(one), { type: TYPE.url, ...one }),
      messageSendMiniProgram: (to: string, one: object) => sent(to, link(one), { type: TYPE.miniProgram, ...one }),
      async messageRecall(id: string) {
        const before = [...shown.values()].flat().length
        for (const [to, all] of shown)
          shown.set(
            to,
            all.filter((one) => one.id !== id),
          )
        return [...shown.values()].flat().length < before
      },
    })
  }

  async function bot() {
    login = Promise.withResolvers()
    puppet = puppetOf()
    return WechatyBuilder.build({ puppet }).on('login', () => login.resolve())
  }

  return {
    host,
    /** Holds the people, rooms and messages of WeChat. */
    mocker,
    /** Of the bot that was made last. */
    puppet: () => puppet,
    faults,
    sends,
    tell,
    /** Resolves when the bot that was made last is logged in. */
    loggedIn: () => login.promise,
    sees: (conversation: string) => (shown.get(conversation) ?? []).map(({ words }) => words),
    adapter: (options: Partial<WechatyOptions> = {}) =>
      createWechatyAdapter({
        ...{ channel: 'wechaty', site: 'site', bot, acceptRisk: true, timeoutMs: 2_000 },
        pace: { perMinute: 1, burst: Number.POSITIVE_INFINITY },
        ...options,
      }),
  }
}

function payloadOf(talkerId: string, written: Written): Payload {
  const place = { talkerId, listenerId: SELF }
  if ('text' in written) return { ...place, type: TYPE.text, text: written.text }
  if ('strange' in written) return { ...place, type: 99 }
  return { ...place, type: TYPE.attachment, filename: written.file.name }
}

/** The kit's bench. */
export async function wechatyBench(): Promise<Bench> {
  const stand = standWechaty()
  const { host, mocker } = stand
  const waiters = watchReceive(host)
  let open = false

  function tellAndWait(id: string, payload: Payload): Promise<boolean> {
    if (!open) return Promise.resolve(false)
    const { promise, resolve } = Promise.withResolvers<boolean>()
    waiters.set(id, [...(waiters.get(id) ?? []), resolve])
    stand.tell(id, payload)
    return promise
  }

  function person(name: string): Person {
    mocker.createContact({ id: name, name, type: 1 })
    return {
      address: name,
      async write(message) {
        const id = `${name}-${message.id}`
        if ('file' in message) {
          const { bytes, name: called } = message.file
          mocker.cacheFileBoxPayload.set(id, FileBox.fromBase64(Buffer.from(bytes).toString('base64'), called).toJSON())
        }
        return tellAndWait(id, payloadOf(name, message))
      },
      takeBack: (id) =>
        tellAndWait(`${name}-back-${id}`, {
          type: TYPE.recalled,
          talkerId: name,
          listenerId: SELF,
          text: `${name}-${id}`,
        }),
      pick: async () => false,
      type() {
        // Nobody is told who types.
      },
      sees: async () => stand.sees(name),
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
          await stand.loggedIn()
          open = true
        },
        async close() {
          open = false
          await adapter.close()
        },
      }
    },
    person: async (name) => person(name),
    fault: (fault) => stand.faults.push(fault),
    async forge() {
      stand.puppet().emit('message', { messageId: 'of-nobody' })
    },
    async garble() {
      stand.tell('garbled', { type: Number.NaN, talkerId: '', listenerId: '' })
    },
    async close() {},
  }
}

/** Those who wait until the message of an id was stored, or was refused. */
function watchReceive(host: MemoryHost): Map<string, ((stored: boolean) => void)[]> {
  const waiters = new Map<string, ((stored: boolean) => void)[]>()
  const { receive } = host
  host.receive = async (arrival) => {
    const [next, ...others] = waiters.get(arrival.native ?? '') ?? []
    waiters.set(arrival.native ?? '', others)
    try {
      const accepted = await receive(arrival)
      next?.(true)
      return accepted
    } catch (thrown) {
      next?.(false)
      throw thrown
    }
  }
  return waiters
}
