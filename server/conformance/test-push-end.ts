import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Event } from '@hutong/core/backend'
import { Webhook } from 'standardwebhooks'
import { createWebhookBackend } from '../backends/webhook/webhook.ts'
import type { Stage } from './stage.ts'
import { actByRest } from './test-rest-client.ts'
import { createScript } from './test-script.ts'
import type { End, Wire } from './wire-bench.ts'

const SECRET = `whsec_${Buffer.from('a secret that is only used in tests').toString('base64')}`

/** A web server that the relay brings the events to. */
export async function push(): Promise<Wire> {
  const script = createScript()
  const webhook = new Webhook(SECRET)
  const server = createServer((request, response) => void serve(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request)
    const { data } = webhook.verify(body, request.headers as Record<string, string>) as { data: Event }
    const turn = await script.hear(data)
    const answer = (status: number, content = '') => response.writeHead(status).end(content)
    switch (turn.do) {
      case 'answer':
        return void answer(200, JSON.stringify({ actions: turn.actions }))
      case 'later':
        return void answer(202)
      case 'fail':
        return void request.socket.destroy()
      case 'nonsense':
        return void answer(200, '{ "actions": [{ "kind": "dance" }] }')
      case 'hang':
        return
    }
  }

  return {
    name: 'push',
    backend: (name, { answerWithin }) =>
      createWebhookBackend(name, { url, secrets: [SECRET], answerWithin, timeoutMs: 30_000 }),
    async open(stage: Stage): Promise<End> {
      return script.end({
        act: (conversation, request) => actByRest(stage, conversation, request),
        async lose() {
          server.closeAllConnections()
        },
        async close() {
          server.closeAllConnections()
          server.close()
        },
      })
    },
  }
}
