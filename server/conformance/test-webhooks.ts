import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { ActionInput, Event } from '@hutong/core/backend'
import { Webhook } from 'standardwebhooks'
import { wordsOf } from '../backends/words-of.ts'

/** What a server of somebody else's makes of a request. */
type Serving = (body: string, request: IncomingMessage) => { status: number; json?: unknown }

export interface TestWebhook {
  url: string
  close(): Promise<void>
}

export async function openWebhook(serving: Serving): Promise<TestWebhook> {
  const server = createServer((request, response) => void serve(request, response))
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, json } = serving(await text(request), request)
    response.writeHead(status).end(json === undefined ? '' : JSON.stringify(json))
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?key=not-for-eyes`,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

const reply = (said: string, more: { key?: string } = {}): ActionInput => ({
  kind: 'reply',
  parts: [{ kind: 'text', text: said }],
  ...more,
})

/** A server as it should be: it verifies, answers what it knows, passes on what it does not. */
export function careful(secret: string): Serving {
  const webhook = new Webhook(secret)
  return (body, request) => {
    if (request.method !== 'POST') return { status: 405 }
    let event: Event
    try {
      event = (webhook.verify(body, request.headers as Record<string, string>) as { data: Event }).data
      if (typeof event.entry.body.kind !== 'string') return { status: 400 }
    } catch {
      return { status: 400 }
    }
    return { status: 200, json: { actions: answerTo(event) } }
  }
}

function answerTo({ entry }: Event): ActionInput[] {
  if (entry.body.kind !== 'message') return []
  if (/parcel/i.test(wordsOf(entry))) return [reply('It is on its way.')]
  return [{ kind: 'handoff', to: { kind: 'next' }, reason: 'not about a parcel' }]
}

/** It believes everybody, answers under keys of chance, fails on what it does not know, and mixes conversations up. */
export function careless(): Serving {
  const heard: string[] = []
  return (body) => {
    const { data } = read(body)
    const { kind } = data?.entry.body ?? {}
    if (!data || kind !== 'message') return { status: String(kind) === 'dance' ? 500 : 200 }
    const words = wordsOf(data.entry)
    if (words === '') return { status: 200, json: { actions: [{ kind: 'dance' }] } }
    const key = () => `k${Math.random()}`
    const before = `before: ${heard.slice(-150).join(' ')}`
    heard.push(words.slice(0, 50))
    return { status: 200, json: { actions: [reply(words, { key: key() }), reply(before, { key: key() })] } }
  }
}

function read(body: string): { data?: Event } {
  try {
    return JSON.parse(body)
  } catch {
    return {}
  }
}
