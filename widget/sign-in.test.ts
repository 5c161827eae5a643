import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openChat, openDrawer, openRelay, rowsOf, signedFor, type TestRelay } from './test-relay.ts'

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

test('somebody who is signed in finds the same conversation in another browser', async () => {
  const here = chatOf({ jwt: signedFor('ada') })
  here.send('from the laptop')
  await vi.waitFor(() => expect(rowsOf(here)).toEqual(['me: from the laptop (sent)']))
  const there = chatOf({ jwt: signedFor('ada') })
  await vi.waitFor(() => expect(rowsOf(there)).toEqual(['me: from the laptop (sent)']))
  expect(there.contact.value?.verified).toBe(true)
})

test('whoever signs in while the chat is open goes on as that person', async () => {
  const other = chatOf({ jwt: signedFor('ada') })
  other.send('yesterday')
  await vi.waitFor(() => expect(rowsOf(other)).toHaveLength(1))
  const chat = chatOf()
  await vi.waitFor(() => expect(chat.connection.value).toBe('online'))
  await chat.identify(signedFor('ada'))
  await vi.waitFor(() => expect(rowsOf(chat)).toEqual(['me: yesterday (sent)']))
  chat.send('today')
  await vi.waitFor(() => expect(relay.said()).toEqual(['yesterday', 'today']))
})

test('a JWT the relay does not accept is refused, and the visitor stays who they were', async () => {
  const chat = chatOf()
  await vi.waitFor(() => expect(chat.connection.value).toBe('online'))
  await expect(chat.identify(`${signedFor('ada')}x`)).rejects.toThrow('jwt')
  chat.send('still here')
  await vi.waitFor(() => expect(rowsOf(chat)).toEqual(['me: still here (sent)']))
})

test('signing out leaves nothing of the person in the browser', async () => {
  const drawer = openDrawer()
  const chat = chatOf({ drawer, jwt: signedFor('ada') })
  chat.send('secret')
  await vi.waitFor(() => expect(rowsOf(chat)).toEqual(['me: secret (sent)']))
  await chat.identify(undefined)
  expect(chat.items.value).toEqual([])
  expect([...drawer.kept.keys()]).toEqual([])
  await vi.waitFor(() => expect(chat.connection.value).toBe('online'))
  chat.send('somebody else')
  await vi.waitFor(() => expect(rowsOf(chat)).toEqual(['me: somebody else (sent)']))
  const [first, second] = relay.host.arrivals
  expect(first?.from.address).not.toBe(second?.from.address)
})

test('what a signed-in person read is not shown to the next one at the same computer', async () => {
  const drawer = openDrawer()
  const ada = chatOf({ drawer, jwt: signedFor('ada') })
  ada.send('my address is …')
  await vi.waitFor(() => expect(rowsOf(ada)).toHaveLength(1))
  ada.destroy()
  const next = chatOf({ drawer })
  expect(next.items.value).toEqual([])
})
