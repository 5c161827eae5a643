import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Backend } from '@hutong/core/backend'
import type { Entry } from '@hutong/core/entry'
import type { EntriesPacket, Ready } from '@hutong/core/wire'
import { io, type Socket } from 'socket.io-client'
import { expect, it, onTestFinished } from 'vitest'
import { addAgent } from './add-agent.ts'
import { parseConfig } from './config.ts'
import { serve } from './serve.ts'

const EMAIL = 'anna@shop.example'
const passing: Backend = { name: 'passing', handle: async () => ({ kind: 'handoff', to: { kind: 'next' } }) }

async function open(data: string) {
  const config = parseConfig({
    mode: 'development',
    data,
    listen: { port: 0 },
    sites: [{ key: 'shop', name: 'Shop', routing: ['passing', 'desk'] }],
    drain: { spreadMs: 0 },
    log: { level: 'silent' },
  })
  const relay = await serve(config, { backends: [passing] })
  onTestFinished(relay.close)
  return relay
}

function readyOf<Packet>(socket: Socket): Promise<Packet> {
  return new Promise((resolve, reject) => {
    socket.once('ready', resolve)
    socket.once('connect_error', reject)
  })
}

/** What a new customer is told who comes to wait, and whether the page shows that somebody is here. */
async function comeToWait(url: string): Promise<{ staffed: boolean; told: string }> {
  const socket = io(`${url}?site=shop`, { auth: { site: 'shop' }, transports: ['websocket'], forceNew: true })
  onTestFinished(() => void socket.disconnect())
  const entries: Entry[] = []
  socket.on('entries', (packet: EntriesPacket) => entries.push(...packet.entries))
  const ready = await readyOf<Ready>(socket)
  await socket.emitWithAck('send', { key: 'k', body: { kind: 'message', parts: [{ kind: 'text', text: 'hello' }] } })
  const told = () =>
    entries.flatMap(({ from, body }) =>
      from.kind === 'system' && body.kind === 'message'
        ? body.parts.map((part) => ('text' in part ? part.text : ''))
        : [],
    )
  await expect.poll(told, { timeout: 5_000 }).toHaveLength(1)
  return { staffed: ready.site.staffed, told: told().join() }
}

async function sitDown(url: string, password: string): Promise<void> {
  const answer = await fetch(`${url}/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ email: EMAIL, password }),
  })
  const [cookie = ''] = (answer.headers.get('set-cookie') ?? '').split(';')
  const desk = io(`${url}/backend`, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    extraHeaders: { cookie, origin: url },
  })
  onTestFinished(() => void desk.disconnect())
  await readyOf(desk)
}

it('after a restart no customer hears that nobody is here while the agents come back, and one does where nobody was', async () => {
  const data = await mkdtemp(join(tmpdir(), 'hutong-staffed-'))
  onTestFinished(() => rm(data, { recursive: true }))
  const { password } = await addAgent(data, { email: EMAIL, name: 'Anna' })
  const first = await open(data)
  expect(await comeToWait(first.url)).toEqual({ staffed: false, told: expect.stringContaining('Nobody is here') })
  await sitDown(first.url, password)
  await first.close()

  const second = await open(data)
  const { staffed, told } = await comeToWait(second.url)
  expect([staffed, told]).toEqual([true, 'A colleague will answer you here. You can keep writing.'])
}, 30_000)
