import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { EntriesPacket } from '@hutong/core/wire'
import { io } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ChosenModel, chooseModel } from './choose-model.ts'
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

  test('for a model without an address, without a name, or that cannot be reached', async () => {
    expect(await complaint('--model', 'gpt')).toBe(
      '--model "gpt" is no address; give one such as http://127.0.0.1:11434/v1, or "simulated"\n',
    )
    expect(await complaint('--model-name', 'gpt')).toBe(
      '--model-name needs --model: the address of the endpoint that has it\n',
    )
    expect(await complaint('--model', 'http://127.0.0.1:1/v1')).toBe(
      'http://127.0.0.1:1/v1 does not tell its models (fetch failed); is it running? Give the name with --model-name\n',
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

test('npm start -- --help names its options and starts nothing', { timeout: 30_000 }, async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'start.ts'), '--help'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  expect(code).toBe(0)
  for (const flag of ['--port', '--shop-port', '--data', '--wechat', '--model', '--model-name', 'OPENAI_API_KEY'])
    expect(said).toContain(flag)
})

/** What the first bot that speaks says to this, as text. */
async function answerTo({ relay, shop }: Demo, question: string): Promise<string> {
  const socket = io(relay, {
    query: { site: SITE },
    auth: { site: SITE },
    extraHeaders: { origin: shop },
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
  const answer = (await heard).replaceAll('*', '')
  socket.close()
  return answer
}

describe('the demonstration’s articles', () => {
  let demo: Demo
  beforeAll(async () => {
    demo = await startDemo({ data: join(data, 'articles'), port: 0, shopPort: 0 })
  })
  afterAll(() => demo.close())

  test.each([
    ['What are your opening hours?', 'every day, 9 to 18'],
    ['When do you close today?', 'every day, 9 to 18'],
    ['How much is the Longjing?', 'Longjing € 24'],
    ['How long is delivery?', '2 to 4 working days'],
    ['delivery', '"label":"What does delivery cost?"'],
    ['I want my money back', '"label":"Order number"'],
    ['你们几点开门？', '每天九点至十八点'],
    ['龙井多少钱？', '西湖龙井 ¥188'],
    ['我要退款', '"label":"订单号"'],
  ])('answer “%s”', async (question, answer) => {
    expect(await answerTo(demo, question)).toContain(answer)
  })
})

describe('the simulated language model', { timeout: 30_000 }, () => {
  let demo: Demo
  let chosen: ChosenModel
  beforeAll(async () => {
    chosen = await chooseModel({ model: 'simulated', name: undefined, apiKey: undefined })
    demo = await startDemo({ data: join(data, 'model'), port: 0, shopPort: 0, model: chosen.model })
  })
  afterAll(async () => {
    await demo.close()
    await chosen.close()
  })

  test.each([
    ['Do you ship for free?', 'From € 40 delivery is free'],
    ['and what about refunds?', 'Unopened tea can come back within 30 days'],
    ['退款呢？', '三十天内都可以退'],
    ['How do I brew Rougui?', 'Take boiling water'],
    ['滇红怎么泡？', '用九十度的水泡三分钟'],
    ['Do you sell bicycles?', 'I am only a simulated model'],
    ['你们卖自行车吗？', '我只是一个模拟的模型'],
  ])('answers “%s” with what the shop told it', async (question, answer) => {
    expect(await answerTo(demo, question)).toContain(answer)
  })
})

describe('a language model that is named by its address alone', () => {
  const models: { id: string }[] = []
  const server = createHttpServer((request, response) => {
    const known = request.url === '/v1/models' && request.headers.authorization === 'Bearer sk-demo'
    response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ object: 'list', data: models }))
  })
  let model: string
  beforeAll(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening')
    model = `http://127.0.0.1:${(server.address() as { port: number }).port}/v1/`
  })
  afterAll(() => new Promise((resolve) => server.close(resolve)))
  const choose = (apiKey?: string) => chooseModel({ model, name: undefined, apiKey })

  test('is the only one there, asked for with the key', async () => {
    models.splice(0, models.length, { id: 'qwen3:4b' })
    expect((await choose('sk-demo')).model).toEqual({
      baseUrl: model.slice(0, -1),
      model: 'qwen3:4b',
      apiKey: 'sk-demo',
    })
    await expect(choose()).rejects.toThrow('does not tell its models (HTTP 404)')
  })

  test('is taken by its name where nobody answers yet, with a warning', async () => {
    const named = (address: string) => chooseModel({ model: address, name: 'qwen3', apiKey: undefined })
    const { warning, ...chosen } = await named('http://127.0.0.1:1/v1')
    expect(warning).toMatch(/^http:\/\/127\.0\.0\.1:1\/v1 does not answer \(.*is it running\?/)
    expect(chosen.model).toEqual({ baseUrl: 'http://127.0.0.1:1/v1', model: 'qwen3' })
    expect((await named(model)).warning).toBeUndefined()
  })

  test('has to be chosen among several', async () => {
    models.splice(0, models.length, { id: 'qwen3:4b' }, { id: 'llama4' })
    await expect(choose('sk-demo')).rejects.toThrow('has 2 models: qwen3:4b, llama4; choose one with --model-name')
  })
})
