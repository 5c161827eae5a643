import { spawn } from 'node:child_process'
import { createHash, createHmac, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Backend } from '@hutong/core/backend'
import type { Entry } from '@hutong/core/entry'
import type { EntriesPacket } from '@hutong/core/wire'
import { loadConfig } from '@hutong/server/load-config'
import { type Running, serve } from '@hutong/server/serve'
import { io, type Socket } from 'socket.io-client'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Block, named, ROOT, readBlocks } from './docs-blocks.ts'
import { freePort, type Program, startProgram } from './test-program.ts'

/**
 * The programs on the pages about backends: each is started as the page says, with the page's own settings in front of it, and a
 * real relay asks it what a visitor asked. They lie below `server`, where the packages are that they are said to need.
 */
const WORK = join(ROOT, 'server', '.data', 'docs-backends')
const WIRES = ['webhook', 'pull', 'socket']
const ORIGIN = 'http://localhost:8080'
const SECRET = `whsec_${randomBytes(32).toString('base64')}`
const TOKEN = 'hutong_token-of-the-orders'

const blocks = readBlocks(WORK)
const programs = blocks.filter(({ language, info }) => language !== 'json' && WIRES.includes(info))
const onWire = (...wires: string[]) => named(programs.filter(({ info }) => wires.includes(info)))

let relay: Running | undefined
let program: Program | undefined
let visitor: Socket | undefined
let data: string

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'hutong-docs-'))
})
afterEach(async () => {
  visitor?.disconnect()
  await program?.close()
  await relay?.close()
  program = undefined
  relay = undefined
  rmSync(data, { recursive: true })
})
afterAll(() => rmSync(WORK, { recursive: true, force: true }))

/** The page's settings for this wire, with what stands in the environment. */
async function settingsOf(wire: string, port: number) {
  const block = blocks.find(({ language, info }) => language === 'json' && info === wire)
  const file = join(data, 'hutong.config.json')
  writeFileSync(file, (block?.code ?? '').replace(':9000', `:${port}`))
  const hash = createHash('sha256').update(TOKEN).digest('hex')
  const env = {
    HUTONG_SECRET: randomBytes(32).toString('hex'),
    HUTONG_DATA: data,
    HUTONG_LISTEN__PORT: '0',
    HUTONG_LOG__LEVEL: 'silent',
    ...(wire === 'webhook' ? { HUTONG_BACKENDS__ORDERS__SECRETS: JSON.stringify([SECRET]) } : {}),
    ...(wire === 'webhook' ? {} : { HUTONG_TOKENS__0__NAME: 'orders', HUTONG_TOKENS__0__HASH: hash }),
  }
  const { settings } = await loadConfig({ env, folder: data })
  return settings
}

/** A visitor's page: says something and hears what comes. */
async function visit({ url }: Running) {
  const entries: Entry[] = []
  const socket = io(`${url}?site=my-shop`, {
    auth: { site: 'my-shop' },
    transports: ['websocket'],
    extraHeaders: { origin: ORIGIN },
    forceNew: true,
  })
  visitor = socket
  socket.on('entries', (packet: EntriesPacket) => entries.push(...packet.entries))
  await new Promise((resolve, reject) => socket.once('ready', resolve).once('connect_error', reject))
  let said = 0
  return {
    say: (text: string) =>
      socket.emitWithAck('send', { key: `k${said++}`, body: { kind: 'message', parts: [{ kind: 'text', text }] } }),
    /** What the backend said, in order. */
    heard: () =>
      entries.flatMap(({ from, body }) => (from.id === 'orders' && body.kind === 'message' ? body.parts : [])),
    holder: () => entries.findLast(({ body }) => body.kind === 'handoff')?.body,
  }
}

/** A customer asks after two orders, presses on with something else, and is passed on to people. */
async function askForOrders(running: Running, said: () => string = () => ''): Promise<void> {
  const page = await visit(running)
  const patience = { timeout: 15_000, interval: 20 }
  await page.say('Where is 123456?')
  await expect
    .poll(page.heard, { ...patience, message: said() })
    .toMatchObject([{ text: 'Order 123456 is on its way.' }])
  await page.say('订单 654321 呢?')
  await expect.poll(page.heard, patience).toMatchObject([{}, { text: 'Order 654321 is on its way.' }])
  await page.say('I want something else')
  await expect.poll(page.holder, patience).toMatchObject({ floor: { holder: { kind: 'queue' } } })
  expect(page.heard()).toHaveLength(2)
}

describe('a program of the documentation', { timeout: 120_000 }, () => {
  test('is there for every wire and in three languages', () => {
    expect(new Set(programs.map(({ info }) => info))).toEqual(new Set(WIRES))
    const languages = (wire: string[]) => new Set(onWire(...wire).map(([, { language }]) => language))
    expect(languages(['webhook'])).toEqual(new Set(['python', 'php', 'ts']))
    expect(languages(['pull', 'socket'])).toEqual(new Set(['python', 'php', 'ts']))
  })

  test('is as long as the pages say, and fits on a screen', () => {
    const names: Record<string, string> = { python: 'Python', php: 'PHP', ts: 'TypeScript' }
    const pushes = onWire('webhook').map(([, { language, code }]) => ({ name: names[language], lines: linesOf(code) }))
    const lengths = Object.fromEntries(pushes.map(({ name, lines }) => [name, String(lines.length)]))
    expect(pushes.flatMap(({ lines }) => lines.filter((line) => line.length > 120))).toEqual([])
    for (const page of ['README.md', 'docs/writing-a-backend.md']) {
      const claims = readFileSync(join(ROOT, page), 'utf8').matchAll(/\b(\d+) (?:lines )?of (PHP|Python|TypeScript)\b/g)
      const said = Object.fromEntries([...claims].map(([, count = '', name = '']) => [name, count]))
      expect([page, said]).toEqual([page, lengths])
    }
  })

  test.each(onWire('webhook'))('%s answers customers of a relay that pushes', async (_, block) => {
    const port = await freePort()
    program = await started(block, { WEBHOOK_SECRET: SECRET }, port)
    relay = await serve(await settingsOf('webhook', port))
    await askForOrders(relay, program.said)
  })

  test.each(onWire('webhook'))('%s holds all that the page says `backend test` asks of it', async (_, block) => {
    const port = await freePort()
    program = await started(block, { WEBHOOK_SECRET: SECRET }, port)
    const flags = ['backend', 'test', `http://127.0.0.1:${port}/`, '--ask', 'Where is 123456?', '--json']
    const env = { ...process.env, WEBHOOK_SECRET: SECRET }
    const command = spawn(process.execPath, [join(ROOT, 'server/cli.ts'), ...flags], { env })
    const [printed, complained] = await Promise.all([text(command.stdout), text(command.stderr)])
    expect(complained).toBe('')
    const { cases, held }: { cases: { title: string; complaint?: string }[]; held: number } = JSON.parse(printed)
    expect(cases.filter(({ complaint }) => complaint)).toEqual([])
    const page = readFileSync(join(ROOT, 'docs/writing-a-backend.md'), 'utf8')
    const claims = [...page.matchAll(/\b(\d+) (?:of \1 hold|cases for a webhook)\b/g)].map(([, count]) => Number(count))
    expect(new Set(claims)).toEqual(new Set([held]))
  })

  test.each(onWire('pull', 'socket'))('%s answers customers of a relay that it calls', async (_, block) => {
    relay = await serve(await settingsOf(block.info, 0))
    program = await started(block, { RELAY_URL: relay.url, RELAY_TOKEN: TOKEN })
    await askForOrders(relay, program.said)
  })

  test.each(onWire('pull', 'socket'))('%s says in a line that the relay refuses its token', async (_, block) => {
    relay = await serve(await settingsOf(block.info, 0))
    program = await started(block, { RELAY_URL: relay.url, RELAY_TOKEN: 'hutong_token-of-nobody' })
    await expect.poll(program.said, { timeout: 15_000 }).toMatch(/^.*(sign in|Unauthorized).*\n/)
  })

  test.each(onWire('pull', 'socket'))('%s is killed, comes back and answers what it missed', async (_, block) => {
    relay = await serve(await settingsOf(block.info, 0))
    const env = { RELAY_URL: relay.url, RELAY_TOKEN: TOKEN }
    program = await started(block, env)
    const page = await visit(relay)
    await page.say('Where is 111111?')
    await expect.poll(page.heard, { timeout: 15_000 }).toHaveLength(1)
    await program.close()
    await page.say('And 222222?')
    program = await started(block, env)
    await expect.poll(page.heard, { timeout: 15_000 }).toHaveLength(2)
    expect(page.heard()).toMatchObject([{}, { text: 'Order 222222 is on its way.' }])
  })

  test.each(named(blocks.filter(({ info }) => /\bbackend\b/.test(info))))(
    '%s answers customers of the relay that it runs in',
    async (_, block) => {
      writeFileSync(block.file, block.code)
      const { orders }: { orders: Backend } = await import(/* @vite-ignore */ block.file)
      const settings = await settingsOf('pull', 0)
      relay = await serve({ ...settings, backends: {} }, { backends: [orders] })
      await askForOrders(relay)
    },
  )
})

describe('a push whose signature does not hold', { timeout: 60_000 }, () => {
  const body = JSON.stringify({
    data: { entry: { body: { kind: 'message', parts: [{ kind: 'text', text: '123456' }] } } },
  })
  const now = () => Math.floor(Date.now() / 1_000)

  async function push(port: number, headers: Record<string, string>, content = body) {
    const all = { 'content-type': 'application/cloudevents+json', connection: 'close', ...headers }
    return (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers: all, body: content })).status
  }

  function signed(secret: string, { id = 'v_1:1', seconds = now(), content = body } = {}) {
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
    const signature = `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${content}`).digest('base64')}`
    return { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': signature }
  }
  const other = `whsec_${randomBytes(32).toString('base64')}`
  const both = () => {
    const [right, wrong] = [signed(SECRET), signed(other)]
    return { ...right, 'webhook-signature': `${wrong['webhook-signature']} ${right['webhook-signature']}` }
  }
  const forged: [string, () => Record<string, string>][] = [
    ['of another secret', () => signed(other)],
    ['of another body', () => signed(SECRET, { content: `${body} ` })],
    ['of another event', () => ({ ...signed(SECRET), 'webhook-id': 'v_1:2' })],
    ['six minutes old', () => signed(SECRET, { seconds: now() - 360 })],
    ['six minutes ahead', () => signed(SECRET, { seconds: now() + 360 })],
    ['of a time that is none', () => ({ ...signed(SECRET), 'webhook-timestamp': 'now' })],
    ['cut short', () => ({ ...signed(SECRET), 'webhook-signature': signed(SECRET)['webhook-signature'].slice(0, 20) })],
    ['that is not there', () => ({})],
  ]

  test.each(onWire('webhook'))(
    'is refused by %s, a true one is not, and one of nonsense is no end',
    async (_, block) => {
      const port = await freePort()
      program = await started(block, { WEBHOOK_SECRET: SECRET }, port)
      for (const [what, headers] of forged) expect([what, await push(port, headers())]).toEqual([what, 401])
      for (const content of ['', 'hello', '{}', '[]'])
        expect([content, await push(port, signed(SECRET, { content }), content)]).toEqual([content, 400])
      const large = body.padEnd(2_000_000)
      expect(await push(port, signed(SECRET, { content: large }), large).catch(() => 'cut off')).not.toBe(200)
      expect(await push(port, signed(SECRET))).toBe(200)
      expect(await push(port, both())).toBe(200)
    },
  )

  test.each(onWire('webhook'))('lets nobody in at %s while it has no secret', async (_, block) => {
    const port = await freePort()
    const start = started(block, { WEBHOOK_SECRET: '' }, port)
    const status = await start.then(
      (running) => {
        program = running
        return push(port, signed('whsec_'))
      },
      () => 'it ends',
    )
    expect(['it ends', 500]).toContain(status)
  })
})

function linesOf(code: string): string[] {
  return code.split('\n').filter((line) => line.trim() !== '')
}

function started(block: Block, env: Record<string, string>, port?: number): Promise<Program> {
  writeFileSync(block.file, block.code)
  return startProgram({ block, env, ...(port !== undefined && { port }) })
}
