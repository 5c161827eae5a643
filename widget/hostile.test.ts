import { createScriptedServer } from '@hutong/adapter-websocket/scripted-server'
import { afterEach, expect, test, vi } from 'vitest'
import { openChat, openDrawer, openRelay, rowsOf } from './test-relay.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

test.each([
  ['outbox', '{"x":1}'],
  ['outbox', '[null]'],
  ['outbox', '"str"'],
  ['token', '5'],
  ['log', '{"conversation":"v","at":9e15,"entries":5}'],
  ['log', '{"conversation":"v","at":9e15,"entries":[null]}'],
])('nonsense that stands in storage as %s (%s) does not keep the chat from working', async (name, text) => {
  const relay = await openRelay()
  closing.push(() => relay.close())
  const drawer = openDrawer()
  const getItem = drawer.getItem.bind(drawer)
  const poisoned = { ...drawer, getItem: (key: string) => getItem(key) ?? (key.endsWith(`:${name}`) ? text : null) }
  const chat = openChat(relay.url, { drawer: poisoned })
  closing.push(() => chat.destroy())
  chat.send('hello')
  await vi.waitFor(() => expect(rowsOf(chat)).toEqual(['me: hello (sent)']))
})

test('a relay that sends us away for years, or hangs up after every welcome, is not asked in a frenzy', async () => {
  const server = await createScriptedServer()
  closing.push(() => server.close())
  const chat = openChat(server.url, { drawer: openDrawer(), random: () => 0 })
  closing.push(() => chat.destroy())
  let connects = 0
  const until = performance.now() + 2_500
  while (performance.now() < until) {
    const line = await Promise.race([
      server.connection(),
      new Promise<undefined>((resolve) => setTimeout(resolve, 500)),
    ])
    if (!line) continue
    connects += 1
    line.welcome({ last: 0 })
    if (connects === 1) line.cut()
    else line.goaway({ in: 1e10 })
  }
  expect(connects).toBe(2)
})
