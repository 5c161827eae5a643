import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { EntriesPacket } from '@hutong/core/wire'
import { io } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SITE } from './demo-config.ts'
import { type Demo, startDemo } from './start.ts'

let data: string
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'hutong-demo-'))
})
afterAll(() => rm(data, { recursive: true }))

describe('npm start with settings that cannot be had says so in one sentence', { timeout: 30_000 }, () => {
  let taken: number
  const server = createServer()
  beforeAll(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening')
    taken = (server.address() as { port: number }).port
  })
  afterAll(() => new Promise((resolve) => server.close(resolve)))

  async function complaint(...flags: string[]): Promise<string> {
    const start = join(import.meta.dirname, 'start.ts')
    const child = spawn(process.execPath, [start, '--data', data, ...flags], { stdio: ['ignore', 'ignore', 'pipe'] })
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
    expect(code).toBe(1)
    return said
  }

  test('for what is no number', async () => {
    expect(await complaint('--port', 'abc')).toBe(
      '--port "abc" is no port; give a number from 0 to 65535, 0 for any free one\n',
    )
  })

  test('for a port that the shop does not get', async () => {
    expect(await complaint('--port', '0', '--shop-port', `${taken}`)).toBe(
      `the shop's port ${taken} is used by another program; stop it, or give the shop another with --shop-port\n`,
    )
  })

  test('for a folder where nothing would be kept', async () => {
    expect(await complaint('--wechat')).toBe(
      '--wechat keeps nothing, for neither does the simulated WeChat; leave out --data\n',
    )
  })

  test('for a port that the relay does not get', async () => {
    expect(await complaint('--port', `${taken}`, '--shop-port', '0')).toBe(
      `listen: 127.0.0.1:${taken} is used by another program; stop it or set another with --port\n`,
    )
  })
})

test('npm start -- --wechat shows two phones that answer, and leaves nothing behind', { timeout: 30_000 }, async () => {
  const flags = ['--wechat', '--port', '0', '--shop-port', '0']
  const env = { ...process.env, TMPDIR: await mkdtemp(join(data, 'tmp-')) }
  const child = spawn(process.execPath, [join(import.meta.dirname, 'start.ts'), ...flags], { env })
  let said = ''
  child.stdout.on('data', (chunk) => (said += chunk))
  await expect.poll(() => said, { timeout: 20_000 }).toContain('nothing is kept')
  const phones = said.match(/http\S+\/phone/g) ?? []
  const answers = await Promise.all(phones.map(async (phone) => (await fetch(phone)).status))
  expect(answers).toEqual([200, 200])
  expect(await readdir(env.TMPDIR)).toHaveLength(1)
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
  expect(await readdir(env.TMPDIR)).toEqual([])
})

describe('the demonstration’s bot', () => {
  let demo: Demo
  beforeAll(async () => {
    demo = await startDemo({ data: join(data, 'bot'), port: 0, shopPort: 0 })
  })
  afterAll(() => demo.close())

  test.each([
    ['What are your opening hours?', 'every day, 9 to 18'],
    ['When do you close today?', 'every day, 9 to 18'],
    ['How much is the Longjing?', 'Longjing € 24'],
    ['你们几点开门？', '每天九点至十八点'],
    ['龙井多少钱？', '西湖龙井 ¥188'],
  ])('answers “%s”', async (question, answer) => {
    const socket = io(demo.relay, {
      query: { site: SITE },
      auth: { site: SITE },
      extraHeaders: { origin: demo.shop },
      transports: ['websocket'],
      forceNew: true,
    })
    const heard = new Promise<string>((resolve) => {
      socket.on('entries', ({ entries }: EntriesPacket) => {
        const reply = entries.find(({ from, body }) => from.kind === 'bot' && body.kind === 'message')
        if (reply) resolve(JSON.stringify(reply.body))
      })
    })
    socket.emit('send', { key: 'q', body: { kind: 'message', parts: [{ kind: 'text', text: question }] } })
    expect((await heard).replaceAll('*', '')).toContain(answer)
    socket.close()
  })
})
