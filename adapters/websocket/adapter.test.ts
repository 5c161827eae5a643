import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createMemoryHost } from '@hutong/core/memory'
import { type Bench, type Person, readable, testAdapter, type Written } from '@hutong/core/testkit'
import { io as connect, type Socket } from 'socket.io-client'
import { createIdentities } from './identity.ts'
import { createSocketServer, createWebSocketAdapter } from './index.ts'
import { ORIGIN, SECRET, SHOP } from './test-bench.ts'

const site = { ...SHOP, uploads: { maxBytes: 1_000_000, types: ['*/*'] } }
const sites = () => site

testAdapter(openBench, {
  'shows a kind it does not know as unsupported, with words a person can read':
    'the wire is our own: a part of unknown kind is refused as invalid, so its sender learns of it at once',
})

async function openBench(): Promise<Bench> {
  const host = createMemoryHost({ channel: 'web' })
  const http = createServer()
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  const identities = createIdentities({ secret: SECRET, now: host.clock.now })
  const clients: Socket[] = []
  let io = createSocketServer(http, { sites })

  function client(token: string): Socket {
    const options = { query: { site: 'shop' }, transports: ['websocket'], extraHeaders: { origin: ORIGIN } }
    const socket = connect(url, { ...options, forceNew: true, reconnectionDelay: 10, auth: { site: 'shop', token } })
    clients.push(socket)
    return socket
  }

  return {
    host,
    adapter() {
      http.removeAllListeners('upgrade').removeAllListeners('request')
      io = createSocketServer(http, { sites })
      return createWebSocketAdapter({ io, sites, secret: SECRET, spread: 1 })
    },
    person: async () => {
      const token = identities.fresh(site)
      const upload = (file: File) => host.fetch(uploadOf(token, file))
      return createPerson({ address: identities.fromToken(site, token).address, open: () => client(token), upload })
    },
    fault() {},
    async forge() {
      const socket = client(`${'A'.repeat(43)}.${'B'.repeat(22)}`)
      socket.emit('send', { key: 'forged', body: bodyOf('let me in') })
      await new Promise((resolve) => socket.once('connect_error', resolve))
    },
    async garble() {
      const socket = client(identities.fresh(site))
      for (const packet of [undefined, null, 7, 'x', [1], { key: {} }, new Uint8Array(9)])
        await socket.timeout(1_000).emitWithAck('send', packet)
    },
    async close() {
      for (const socket of clients) socket.close()
      await io.close()
    },
  }
}

function uploadOf(token: string, file: File): Request {
  const headers = {
    'x-hutong-site': 'shop',
    'x-hutong-token': token,
    'x-hutong-name': file.name,
    'content-type': file.type,
  }
  return new Request('https://relay.test/channels/web/files', { method: 'POST', headers, body: file })
}

function bodyOf(text: string) {
  return { kind: 'message', parts: [{ kind: 'text', text }] }
}

interface Seen {
  seq: number
  from: { kind: string }
  body: { kind: string; parts: Parameters<typeof readable>[0] }
}

/** A person at a browser; their client keeps what it has, as the widget does. */
function createPerson(account: { address: string; open(): Socket; upload(file: File): Promise<Response> }): Person {
  const have = new Map<number, Seen>()
  let typing = false
  let socket: Socket | undefined

  function online(): Socket {
    if (socket) return socket
    const opened = account.open()
    opened.on('entries', ({ entries }: { entries: Seen[] }) => {
      for (const entry of entries) have.set(entry.seq, entry)
    })
    opened.on('signal', (signal) => {
      if (signal.kind === 'typing') typing = signal.on
    })
    socket = opened
    return opened
  }

  async function send(key: string, body: object): Promise<boolean> {
    const answer = await online().timeout(1_000).emitWithAck('send', { key, body })
    return 'seq' in answer
  }

  async function content(message: Written): Promise<object> {
    if ('text' in message) return bodyOf(message.text)
    if ('strange' in message) return { kind: 'message', parts: [{ kind: 'hologram' }] }
    const { bytes, name, type } = message.file
    const { part } = await (await account.upload(new File([bytes], name, { type }))).json()
    return { kind: 'message', parts: [part] }
  }

  return {
    address: account.address,
    site: site.id,
    write: async (message) => send(message.id, await content(message)),
    pick(option) {
      const offer = [...have.values()].findLast(({ body }) => body.parts?.some((part) => part.kind === 'choices'))
      return send(`pick-${option}`, { ...bodyOf(option), choice: { of: offer?.seq, id: option } })
    },
    type: (on) => void online().emit('typing', { on }),
    async sees() {
      const agents = [...have.values()].filter(({ from, body }) => from.kind === 'agent' && body.kind === 'message')
      return agents.sort((a, b) => a.seq - b.seq).map(({ body }) => readable(body.parts))
    },
    seesTyping: () => typing,
    async leave() {
      socket?.close()
      socket = undefined
    },
    async comeBack() {
      socket?.close()
      socket = undefined
      online()
    },
  }
}
