import { io as connect, type Socket } from 'socket.io-client'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createScriptedServer, type ScriptedServer, scriptedEntries } from './scripted-server.ts'
import { until } from './test-bench.ts'

let server: ScriptedServer
let client: Socket
beforeEach(async () => {
  server = await createScriptedServer({ pingInterval: 60, pingTimeout: 60 })
  client = connect(server.url, {
    transports: ['websocket'],
    auth: { site: 'shop' },
    forceNew: true,
    reconnectionDelay: 10,
  })
})
afterEach(async () => {
  client.close()
  await server.close()
})

it('a client talks to the scripted server as to a relay', async () => {
  const heard: unknown[] = []
  client.on('entries', (packet) => heard.push(packet))
  const connection = await server.connection()
  expect(connection.auth).toEqual({ site: 'shop' })
  connection.welcome({ last: 3 })
  const answer = client.emitWithAck('send', { key: 'k' })
  const packet = await connection.next('send')
  expect(packet.payload).toEqual({ key: 'k' })
  packet.answer({ seq: 4, at: 1 })
  expect(await answer).toEqual({ seq: 4, at: 1 })
  connection.entries({ conversation: 'v', entries: scriptedEntries(2, 3), last: 3 })
  await until(() => heard.length)
  await connection.ping()
  expect(server.offences).toEqual([])
})

it('a half-open connection is noticed and another one made', async () => {
  const first = await server.connection()
  first.welcome()
  first.fallSilent()
  const second = await server.connection()
  expect(first.open).toBe(false)
  second.welcome()
})

it('a refused client hears why', async () => {
  const refused = new Promise<Error & { data?: object }>((resolve) => client.once('connect_error', resolve))
  const connection = await server.connection()
  connection.refuse({ code: 'unauthorized', message: 'who are you?', retryable: false })
  expect((await refused).data).toMatchObject({ code: 'unauthorized' })
})

it('what a client may not do is written down', async () => {
  const connection = await server.connection()
  connection.welcome()
  client.emit('send', { key: 'without acknowledgement' })
  client.emit('shout', 'hello')
  client.emit('typing', new Uint8Array(3))
  await until(() => server.offences.length >= 4)
  expect(server.offences).toEqual([
    'send without an acknowledgement',
    'an event that does not exist: shout',
    expect.stringContaining('a frame that means nothing: 451-'),
    'a binary frame',
  ])
})
