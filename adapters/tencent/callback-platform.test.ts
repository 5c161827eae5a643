import { createServer } from 'node:http'
import { createMemoryHost } from '@hutong/core/memory'
import { afterEach, describe, expect, test } from 'vitest'
import { createCallback } from './callback.ts'
import { createEnvelope, type Opened } from './envelope.ts'
import { createFakeClock } from './fake-clock.ts'
import { createFakeEnvelope } from './fake-envelope.ts'
import { createFakePusher, type FakePusherOptions } from './fake-pusher.ts'

const KEY = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG'
const ACCOUNT = { token: 'a token', receiveId: 'wx0123456789abcdef' }
const PAYLOAD = {
  ToUserName: 'gh_1',
  FromUserName: 'o1',
  MsgType: 'text',
  Content: '你好 <a>',
  MsgId: 4561255354251345929n,
}

let close = async (): Promise<void> => undefined
afterEach(() => close())

/** A relay's callback on a real server, and the fake platform that pushes to it. */
async function meet(way: Pick<FakePusherOptions, 'format' | 'mode' | 'dialect'>, reply?: string) {
  const clock = createFakeClock(() => 1_750_000_000_000)
  const host = createMemoryHost({ now: clock.now() })
  const handed: Opened[] = []
  const keys = way.mode === 'plain' ? [] : [KEY]
  const envelope = createEnvelope({
    token: ACCOUNT.token,
    receiveIds: [ACCOUNT.receiveId],
    encodingAesKeys: keys,
    clock,
  })
  const callback = createCallback({
    envelope,
    logger: host.logger,
    receive: async (opened) => {
      handed.push(opened)
      return reply
    },
  })
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const url = new URL(incoming.url ?? '', 'http://127.0.0.1')
    const response =
      incoming.method === 'GET'
        ? await callback.get(new Request(url))
        : await callback.post(new Request(url, { method: 'POST', body: Buffer.concat(chunks) }))
    outgoing.writeHead(response.status).end(await response.text())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/callback`
  const fake = createFakeEnvelope({ ...ACCOUNT, encodingAesKey: KEY })
  return { handed, pusher: createFakePusher({ callbackUrl: () => url, envelope: fake, clock, ...way }) }
}

const WAYS = [
  { dialect: 'wechat', mode: 'plain', format: 'xml' },
  { dialect: 'wechat', mode: 'plain', format: 'json' },
  { dialect: 'wechat', mode: 'compatible', format: 'xml' },
  { dialect: 'wechat', mode: 'compatible', format: 'json' },
  { dialect: 'wechat', mode: 'safe', format: 'xml' },
  { dialect: 'wechat', mode: 'safe', format: 'json' },
  { dialect: 'wecom', mode: 'safe', format: 'xml' },
  { dialect: 'wecom', mode: 'safe', format: 'json' },
] as const

describe.each(WAYS)('$dialect in $mode mode and $format', (way) => {
  test('checks the address, pushes a message, and repeats it without harm', async () => {
    const { handed, pusher } = await meet(way)
    expect(await pusher.check()).toBe(true)
    const push = pusher.compose(PAYLOAD, { openid: 'o1' })
    expect(await pusher.deliver(push)).toEqual({ attempts: 1, outcome: 'success' })
    expect(await pusher.deliver(push)).toEqual({ attempts: 1, outcome: 'success' })
    expect(handed).toHaveLength(1)
    expect(handed[0]?.payload).toMatchObject({ Content: '你好 <a>', MsgId: '4561255354251345929' })
  })

  test('understands a reply', async () => {
    const { pusher } = await meet(way, 'the reply')
    expect(await pusher.deliver(pusher.compose(PAYLOAD))).toEqual({ attempts: 1, outcome: 'reply', text: 'the reply' })
  })
})
