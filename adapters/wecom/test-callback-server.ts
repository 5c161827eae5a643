import { createServer, type IncomingMessage } from 'node:http'
import type { MemoryHost } from '@hutong/core/memory'

export interface CallbackServer {
  /** Where the channel's callback is. */
  readonly url: string
  /** Resolves when a callback is answered with anything but 200: the platform itself waits for better for a while. */
  refusal(): Promise<void>
  close(): Promise<void>
}

/** The routes of a host as a real server, so that a platform can reach them. */
export async function startCallbackServer(host: MemoryHost, channel: string): Promise<CallbackServer> {
  let refusals: (() => void)[] = []
  const server = createServer(async (incoming, outgoing) => {
    const answer = await host.fetch(await requestOf(incoming))
    outgoing.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()))
    if (answer.status === 200) return
    for (const resolve of refusals) resolve()
    refusals = []
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  return {
    url: `http://127.0.0.1:${port}/channels/${channel}/callback`,
    refusal: () => new Promise((resolve) => void refusals.push(resolve)),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function requestOf(incoming: IncomingMessage): Promise<Request> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  const { method = 'GET', url = '' } = incoming
  const body = method === 'POST' ? { body: Buffer.concat(chunks) } : {}
  return new Request(`http://127.0.0.1${url}`, { method, ...body })
}
