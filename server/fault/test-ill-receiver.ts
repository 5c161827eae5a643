import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { createServer as createTcpServer, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'

/** `up`: answers as a bot that is well; `hanging`: takes the request and says nothing; `half-open`: takes the connection and reads nothing. */
export type Illness = 'up' | 'hanging' | 'failing' | 'flooding' | 'half-open'

export interface IllReceiver {
  url: string
  become(illness: Illness): Promise<void>
  close(): Promise<void>
}

const PROGRAM = fileURLToPath(new URL('./test-ill-program.ts', import.meta.url))

/** A webhook as ill as webhooks can be, in a process of its own: what it does costs nobody else. */
export async function startIllReceiver(): Promise<IllReceiver> {
  const child = fork(PROGRAM, [], { execArgv: [] })
  const [url] = await once(child, 'message')
  return {
    url,
    async become(illness) {
      const done = once(child, 'message')
      child.send(illness)
      await done
    },
    async close() {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}

const ANSWER = JSON.stringify({ actions: [{ kind: 'reply', parts: [{ kind: 'text', text: 'Hello.' }] }] })

/** On a real port. `become` ends every connection. */
export async function openIllReceiver(): Promise<{ url: string; become(illness: Illness): void }> {
  let illness: Illness = 'up'
  const sockets = new Set<Socket>()
  const http = createServer((request, response) => {
    request.resume()
    if (illness === 'up') response.writeHead(200, { 'content-type': 'application/json' }).end(ANSWER)
    else if (illness === 'failing') response.writeHead(500).end('no')
    else if (illness === 'flooding') flood(response)
  })
  http.keepAliveTimeout = 60_000
  const door = createTcpServer({ pauseOnConnect: true }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    if (illness === 'half-open') return
    http.emit('connection', socket)
    socket.resume()
  })
  door.listen(0, '127.0.0.1')
  await once(door, 'listening')
  const address = door.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/`,
    become(next) {
      illness = next
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** As much as is taken, without end. */
function flood(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  const chunk = Buffer.alloc(64 * 1024, ' ')
  const more = () => {
    while (!response.destroyed && response.write(chunk));
  }
  response.on('drain', more)
  response.on('error', () => response.destroy())
  more()
}
