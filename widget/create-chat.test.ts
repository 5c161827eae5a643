import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openChat, openDrawer, openRelay, rowsOf, type TestRelay } from './test-relay.ts'

let relay: TestRelay
const open: { destroy(): void }[] = []

function chatOf(options: Parameters<typeof openChat>[1] = {}) {
  const chat = openChat(relay.url, options)
  open.push(chat)
  return chat
}

beforeEach(async () => {
  relay = await openRelay()
})
afterEach(async () => {
  for (const chat of open.splice(0)) chat.destroy()
  await relay.close()
})

test('a visitor writes, somebody answers, and both stand in order', async () => {
  const chat = chatOf()
  chat.send('Is the green tea in stock?')
  await vi.waitFor(() => expect(rowsOf(chat)).toEqual(['me: Is the green tea in stock? (sent)']))
  await relay.answer('It is.')
  await vi.waitFor(() => expect(rowsOf(chat)).toEqual(['me: Is the green tea in stock? (sent)', 'Ada: It is.']))
  expect(chat.unread.value).toBe(1)
  chat.markRead()
  expect(chat.unread.value).toBe(0)
})

test('a tab that is open learns from the first answer that a bot holds the conversation', async () => {
  const chat = chatOf()
  chat.send('hello')
  await vi.waitFor(() => expect(relay.said()).toEqual(['hello']))
  expect(chat.floor.value).toBeUndefined()
  const bot = { kind: 'bot', id: 'helper' } as const
  await relay.host.commit(relay.logOf()[0]?.conversation ?? '', bot, {
    kind: 'message',
    parts: [{ kind: 'text', text: 'Hi!' }],
  })
  await vi.waitFor(() => expect(chat.floor.value?.holder).toEqual(bot))
})

test('a file the site does not take is told by its name and never sent', async () => {
  const chat = chatOf()
  await vi.waitFor(() => expect(chat.connection.value).toBe('online'))
  chat.upload(new File(['<svg/>'], 'sign.mov', { type: 'video/quicktime' }))
  await vi.waitFor(() => {
    const [item] = chat.items.value
    expect(item).toMatchObject({ state: 'failed', error: { code: 'unsupported_type' } })
    expect(item).toMatchObject({ parts: [{ kind: 'file', name: 'sign.mov' }] })
  })
})

test('nothing is kept in the browser before the first message', async () => {
  const drawer = openDrawer()
  const chat = chatOf({ drawer })
  await vi.waitFor(() => expect(chat.connection.value).toBe('online'))
  expect(drawer.kept.size).toBe(0)
  chat.send('hello')
  await vi.waitFor(() => expect(relay.said()).toEqual(['hello']))
  expect([...drawer.kept.keys()]).toContain('hutong:shop:token')
})

test('a message written before the line is up is queued, then sent once', async () => {
  const chat = chatOf()
  chat.send('first')
  expect(rowsOf(chat)).toEqual(['me: first (queued)'])
  await vi.waitFor(() => expect(rowsOf(chat)).toEqual(['me: first (sent)']))
  expect(relay.said()).toEqual(['first'])
})

test('a page that loads again shows the conversation before the relay has answered', async () => {
  const drawer = openDrawer()
  const before = chatOf({ drawer })
  before.send('hello')
  await vi.waitFor(() => expect(rowsOf(before)).toEqual(['me: hello (sent)']))
  await relay.answer('Hi!')
  await vi.waitFor(() => expect(rowsOf(before)).toHaveLength(2))
  before.destroy()
  const after = chatOf({ drawer })
  expect(rowsOf(after)).toEqual(['me: hello (sent)', 'Ada: Hi!'])
  expect(after.loading.value).toBe(false)
  await relay.answer('Still there?')
  await vi.waitFor(() => expect(rowsOf(after)).toHaveLength(3))
})

test('a message that waits for a line survives the page and is sent by the next one', async () => {
  const drawer = openDrawer()
  const before = openChat('http://127.0.0.1:9', { drawer })
  before.send('written in the tunnel')
  before.destroy()
  const after = chatOf({ drawer })
  expect(rowsOf(after)).toEqual(['me: written in the tunnel (queued)'])
  await vi.waitFor(() => expect(relay.said()).toEqual(['written in the tunnel']))
})

test('two tabs show the same, whichever of them writes', async () => {
  const drawer = openDrawer()
  const one = chatOf({ drawer })
  const other = chatOf({ drawer })
  await vi.waitFor(() => expect([one.connection.value, other.connection.value]).toEqual(['online', 'online']))
  one.send('from one')
  await vi.waitFor(() => expect(rowsOf(other)).toEqual(['me: from one (sent)']))
  other.send('from the other')
  const rows = ['me: from one (sent)', 'me: from the other (sent)']
  await vi.waitFor(() => expect([rowsOf(one), rowsOf(other)]).toEqual([rows, rows]))
  await relay.answer('Hi!')
  await vi.waitFor(() => expect([one.unread.value, other.unread.value]).toEqual([1, 1]))
  one.markRead()
  await vi.waitFor(() => expect(other.unread.value).toBe(0))
  expect(relay.said()).toEqual(['from one', 'from the other', 'Hi!'])
})

test('two tabs that write their first message at the same time make one conversation', async () => {
  const drawer = openDrawer()
  const chats = [chatOf({ drawer }), chatOf({ drawer })]
  await vi.waitFor(() => expect(chats.map((chat) => chat.connection.value)).toEqual(['online', 'online']))
  for (const [index, chat] of chats.entries()) chat.send(`tab ${index}`)
  await vi.waitFor(() => expect(relay.said().toSorted()).toEqual(['tab 0', 'tab 1']), 5_000)
})

test('a long conversation opens with its newest page, and older ones come when they are asked for', async () => {
  const drawer = openDrawer()
  const before = chatOf({ drawer })
  before.send('1')
  await vi.waitFor(() => expect(relay.said()).toHaveLength(1))
  for (let count = 2; count <= 120; count++) await relay.answer(`${count}`)
  before.destroy()
  drawer.removeItem('hutong:shop:log')
  const chat = chatOf({ drawer })
  await vi.waitFor(() => expect(rowsOf(chat)).toHaveLength(50))
  expect([rowsOf(chat)[0], chat.more.value]).toEqual(['Ada: 71', true])
  await chat.older()
  expect([rowsOf(chat)[0], chat.more.value]).toEqual(['Ada: 21', true])
  await chat.older()
  expect([rowsOf(chat)[0], chat.more.value]).toEqual(['me: 1 (sent)', false])
})
