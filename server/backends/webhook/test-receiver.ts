import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type Event, event } from '@hutong/core/backend'
import { CloudEvent, HTTP } from 'cloudevents'
import { Webhook } from 'standardwebhooks'

/** One request that passed every check. */
export interface Call {
  id: string
  headers: Record<string, string>
  body: string
  event: Event
  /** Milliseconds since 1970 by the machine's clock. */
  at: number
}

/** What is sent back, whole, or by a function that has the response to itself. */
export type Reply =
  | { status?: number; headers?: Record<string, string>; json?: unknown; text?: string }
  | ((response: ServerResponse) => void)

export interface Receiver {
  url: string
  port: number
  calls: Call[]
  /** What was wrong with the requests that did not pass. */
  complaints: string[]
  /** Connections so far. */
  connections(): number
  /** Most requests that were under way at once, over all and of one conversation. */
  most: { overall: number; ofOne: number }
  answer(reply: (call: Call) => Reply | Promise<Reply>): void
  close(): Promise<void>
}

const TOLERANCE_SECONDS = 300

/** A webhook as strict as the specifications allow: the public packages for Standard Webhooks and CloudEvents judge each request. */
export async function openReceiver({
  secret,
  port = 0,
  now,
}: {
  secret: string
  port?: number
  /** A clock other than the machine's, by which stale requests are told. */
  now?: () => number
}): Promise<Receiver> {
  const calls: Call[] = []
  const complaints: string[] = []
  const most = { overall: 0, ofOne: 0 }
  const under = new Map<string, number>()
  let connections = 0
  let reply: (call: Call) => Reply | Promise<Reply> = () => ({ status: 204 })

  const server = createServer((request, response) => {
    serve(request, response).catch((error: Error) => {
      // A relay that was killed, or ran out of patience, breaks off in the middle.
      if (!request.complete) return
      complaints.push(error.message)
      response.writeHead(400).end()
    })
  })
  server.on('connection', () => {
    connections += 1
  })

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = check(request, await readBody(request), { secret, now })
    const { conversation } = call.event
    calls.push(call)
    under.set(conversation, (under.get(conversation) ?? 0) + 1)
    response.once('close', () => under.set(conversation, (under.get(conversation) ?? 1) - 1))
    const counts = [...under.values()]
    most.overall = Math.max(
      most.overall,
      counts.reduce((sum, count) => sum + count, 0),
    )
    most.ofOne = Math.max(most.ofOne, ...counts)
    const made = await reply(call)
    if (typeof made === 'function') return made(response)
    const { status = 200, headers = {}, json, text = json === undefined ? '' : JSON.stringify(json) } = made
    response.writeHead(status, headers).end(status === 204 ? undefined : text)
  }

  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const listening = typeof address === 'object' && address ? address.port : 0
  return {
    url: `http://127.0.0.1:${listening}/hooks/hutong?key=not-for-logs`,
    port: listening,
    calls,
    complaints,
    connections: () => connections,
    most,
    answer(next) {
      reply = next
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

function check(
  { method, headers: raw }: IncomingMessage,
  body: string,
  { secret, now }: { secret: string; now: (() => number) | undefined },
): Call {
  const headers = Object.fromEntries(Object.entries(raw).map(([name, value]) => [name, String(value)]))
  const complain = (what: string): never => {
    throw new Error(what)
  }
  if (method !== 'POST') complain(`the method is ${method}`)
  if (headers['content-type'] !== 'application/cloudevents+json') complain(`content-type: ${headers['content-type']}`)
  const id = headers['webhook-id'] ?? complain('there is no webhook-id')
  if (id.includes('.')) complain('the webhook-id holds a full stop')
  verify(body, headers, { secret, now })
  if (!HTTP.isEvent({ headers, body })) complain('this is no CloudEvent')
  const cloud = new CloudEvent<unknown>(JSON.parse(body), true)
  const heard = event.parse(cloud.data)
  const { kind } = heard.entry.body
  if (cloud.id !== id || cloud.id !== heard.id) complain(`the ids differ: ${cloud.id}, ${id}, ${heard.id}`)
  if (cloud.type !== `hutong.entry.${kind}`) complain(`the type is ${cloud.type}`)
  if (cloud.subject !== heard.conversation) complain(`the subject is ${cloud.subject}`)
  return { id, headers, body, event: heard, at: Date.now() }
}

/** The package knows the machine's clock alone, so by another one the time is held here and the rest by the package. */
function verify(
  body: string,
  headers: Record<string, string>,
  { secret, now }: { secret: string; now: (() => number) | undefined },
): void {
  const webhook = new Webhook(secret)
  if (!now) return void webhook.verify(body, headers)
  const seconds = Number(headers['webhook-timestamp'])
  if (Math.abs(now() / 1_000 - seconds) > TOLERANCE_SECONDS) throw new Error(`the timestamp ${seconds} is stale`)
  const expected = webhook.sign(headers['webhook-id'] ?? '', new Date(seconds * 1_000), body)
  if (!headers['webhook-signature']?.split(' ').includes(expected)) throw new Error('no signature matches')
}
