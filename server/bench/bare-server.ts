import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'
import { reportTo } from './measured.ts'

/**
 * What Socket.IO alone costs: the same packets, numbered in memory, acknowledged and forwarded to the visitor's other
 * tabs. Nothing is checked, stored or routed.
 */
const http = createServer()
const io = new Server(http, { transports: ['websocket'], perMessageDeflate: false, serveClient: false })
const logs = new Map<string, { seq: number }>()

interface Sent {
  key: string
  body: unknown
}

io.on('connection', (socket) => {
  const token: string = socket.handshake.auth.token ?? randomUUID()
  const log = logs.get(token) ?? { seq: 0 }
  logs.set(token, log)
  socket.join(token)
  socket.emit('ready', { token, last: log.seq })
  socket.on('send', ({ key, body }: Sent, ack: (answer: { seq: number; at: number }) => void) => {
    const seq = ++log.seq
    const at = Date.now()
    ack({ seq, at })
    const entry = { conversation: token, seq, key, at, from: { kind: 'contact', id: token }, channel: 'web', body }
    socket.to(token).emit('entries', { conversation: token, entries: [entry], last: seq })
  })
  socket.on('disconnect', () => {
    if (!io.of('/').adapter.rooms.has(token)) logs.delete(token)
  })
})

http.listen(0, '127.0.0.1', () => reportTo(process, `http://127.0.0.1:${(http.address() as AddressInfo).port}`))
