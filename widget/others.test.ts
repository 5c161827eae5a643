import type { Body, Entry } from '@hutong/core/entry'
import type { SignalOf } from '@hutong/core/signal'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createOthers } from './others.ts'
import { openChat, openDrawer, openRelay, rowsOf, type TestRelay, textOf } from './test-relay.ts'

const BOT = { kind: 'bot' as const, id: 'model', name: 'Model' }
const TEXT = '龙井茶 🍵 是绿茶，👩‍🔬 说好。'

const piece = (text: string, at?: number, key = 'a'): SignalOf<'stream'> => ({
  kind: 'stream',
  from: BOT,
  key,
  ...(at !== undefined && { at }),
  text,
  done: false,
})
const entryOf = (key: string, body: Body): Entry => ({ conversation: 'v', seq: 1, key, at: 0, from: BOT, body })

describe('a growing answer', () => {
  const others = createOthers()
  const texts = () => others.streams.value.map(({ text }) => text)
  afterEach(others.reset)

  it('adds up exactly, also where a character of two code units is cut', () => {
    for (let at = 0; at < TEXT.length; at += 1) others.signal(piece(TEXT.slice(at, at + 1), at))
    expect(texts()).toEqual([TEXT])
  })

  it('waits for the next whole text after a piece was lost', () => {
    others.signal(piece('It'))
    others.signal(piece(' green', 5))
    expect(texts()).toEqual(['It'])
    others.signal(piece('It is green'))
    others.signal(piece('.', 11))
    expect(texts()).toEqual(['It is green.'])
  })

  it('of which only the end was heard is not shown', () => {
    others.signal(piece(' green', 5))
    expect(texts()).toEqual([])
  })

  it('that is stopped stays as it is, and goes on when the stop could not be sent', () => {
    others.signal(piece('It'))
    expect(others.stop()).toBe('a')
    others.signal(piece(' is', 2))
    expect(texts()).toEqual(['It'])
    others.goOn()
    others.signal(piece('It is green'))
    expect(texts()).toEqual(['It is green'])
  })

  it('goes on while somebody else uses its key', () => {
    others.signal(piece('It'))
    others.entry({ ...entryOf('a', { kind: 'hidden' }), from: { kind: 'bot', id: 'archive' } })
    others.signal(piece(' is', 2))
    expect(texts()).toEqual(['It is'])
    others.entry(entryOf('a', { kind: 'message', parts: [{ kind: 'text', text: 'It is', format: 'plain' }] }))
    expect(texts()).toEqual([])
  })

  it('ends with a stop or another floor in the log, whoever asked for that', () => {
    others.signal(piece('It'))
    others.entry(entryOf('s', { kind: 'stop' }))
    expect(texts()).toEqual([])
    others.signal(piece('It', undefined, 'b'))
    others.entry(entryOf('h', { kind: 'handoff', floor: { holder: { kind: 'queue' }, term: 2 } }))
    expect(texts()).toEqual([])
  })
})

describe('the stop button', () => {
  let relay: TestRelay
  let chat: ReturnType<typeof openChat>
  const pass = (one: SignalOf<'stream'>) => relay.host.pass(relay.logOf()[0]?.conversation ?? '', one)
  const shown = () => chat.streams.value.map(({ text }) => text)
  const stops = () => relay.host.arrivals.filter(({ body }) => body.kind === 'stop')

  beforeEach(async () => {
    relay = await openRelay()
    chat = openChat(relay.url)
    chat.send('what is it?')
    await expect.poll(() => chat.items.value[0]?.seq).toBe(1)
    pass(piece('It'))
    pass(piece(' is', 2))
    await expect.poll(shown).toEqual(['It is'])
  })
  afterEach(async () => {
    chat.destroy()
    await relay.close()
  })

  it('sends one stop, however often it is pressed, and what was shown stays without a gap or a double', async () => {
    const seen: string[] = []
    const look = () => seen.push([...rowsOf(chat).slice(1), ...shown()].join(' | '))
    const release = relay.host.hold()
    chat.stop()
    chat.stop()
    look()
    pass(piece(' green', 5))
    release()
    await expect.poll(() => stops().length).toBeGreaterThan(0)
    const { conversation = '' } = relay.logOf()[0] ?? {}
    await relay.host.commit(conversation, BOT, { kind: 'message', parts: [{ kind: 'text', text: 'It is' }] })
    await expect.poll(() => rowsOf(chat)).toHaveLength(2)
    look()
    expect(new Set(stops().map(({ key }) => key))).toEqual(new Set(['stop:a']))
    expect(relay.logOf().filter(({ body }) => body.kind === 'stop')).toHaveLength(1)
    expect(seen).toEqual(['It is', 'Model: It is'])
  })

  it('does not send later what it could not send now', async () => {
    relay.cut()
    await expect.poll(() => chat.connection.value).not.toBe('online')
    chat.stop()
    await expect.poll(() => chat.connection.value).toBe('online')
    chat.send('and then?')
    await expect.poll(() => relay.said()).toEqual(['what is it?', 'and then?'])
    expect(stops()).toEqual([])
    pass(piece('It is green'))
    await expect.poll(shown).toEqual(['It is green'])
  })

  it('shows a visitor who reloads in the middle of an answer all that there is of it', async () => {
    const drawer = openDrawer()
    chat.destroy()
    chat = openChat(relay.url, { drawer })
    chat.send('and this?')
    await expect.poll(() => chat.items.value.length).toBe(1)
    await expect.poll(() => relay.host.arrivals.length).toBe(2)
    const [first] = relay.host.entries(relay.host.arrivals[1]?.from.address ?? '')
    const { conversation = '' } = first ?? {}
    relay.host.pass(conversation, piece(TEXT.slice(0, 6)))
    relay.host.pass(conversation, piece(TEXT.slice(6, 9), 6))
    await expect.poll(shown).toEqual([TEXT.slice(0, 9)])
    chat.destroy()
    chat = openChat(relay.url, { drawer })
    await expect.poll(shown).toEqual([TEXT.slice(0, 9)])
    relay.host.pass(conversation, piece(TEXT.slice(9), 9))
    await expect.poll(shown).toEqual([TEXT])
    expect(textOf(chat.items.value[0]?.kind === 'message' ? chat.items.value[0].parts : [])).toBe('and this?')
  })
})
