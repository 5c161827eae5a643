import { fireEvent, waitFor } from '@testing-library/preact'
import { describe, expect, it } from 'vitest'
import { loadLocale } from '../locales/locale.ts'
import { batch } from '../signals.ts'
import { openPanel } from './open-panel.ts'
import { ANNA, BOT, createSampleChat, said } from './sample-chat.ts'

describe('messages', () => {
  it('names each speaker once in a run', () => {
    const { root } = openPanel(createSampleChat([said(ANNA, 1, 'one'), said(ANNA, 2, 'two'), said(BOT, 3, 'three')]))
    const names = [...root.querySelectorAll('.meta b')].map((one) => one.textContent)
    expect(names).toEqual(['Anna Berg', 'Helper'])
  })

  it('keeps the text of a failed message and offers to send or delete it', async () => {
    const error = { code: 'throttled', message: 'rate 60/min', retryable: true } as const
    const chat = createSampleChat([{ ...said('mine', 1, 'please'), key: 'k1', state: 'failed', error }])
    const { see } = openPanel(chat)
    expect(see.getByText('please')).toBeTruthy()
    expect(await see.findByText('Not sent: too many at once, please wait a little.')).toBeTruthy()
    fireEvent.click(see.getByRole('button', { name: 'Try again' }))
    fireEvent.click(see.getByRole('button', { name: 'Delete' }))
    expect(chat.asked.slice(-2)).toEqual([
      ['retry', 'k1'],
      ['discard', 'k1'],
    ])
  })

  it('says why a file cannot be sent in the visitor’s language and units, and offers no second try in vain', async () => {
    const error = { code: 'too_large', message: 'at most 10000000 bytes', retryable: false } as const
    const file = said('mine', 1, [{ kind: 'file', name: 'film.mov', bytes: 90_000_000 }])
    const chat = createSampleChat([{ ...file, state: 'failed', error }])
    const { see } = openPanel(chat, { locale: await loadLocale('zh-CN') })
    expect(await see.findByText(/未发送：文件不能超过 10\s?MB。/)).toBeTruthy()
    expect(see.queryByRole('button', { name: '重新发送' })).toBeNull()
    expect(see.getByRole('button', { name: '删除' })).toBeTruthy()
  })

  it('calls a bot without a name the assistant, and an agent without one a colleague', () => {
    const nameless = { kind: 'agent', id: 'a' } as const
    const { root } = openPanel(createSampleChat([said({ kind: 'bot', id: 'b' }, 1, 'one'), said(nameless, 2, 'two')]))
    const names = [...root.querySelectorAll('.meta b')].map((one) => one.textContent)
    expect(names).toEqual(['Assistant', 'A colleague'])
  })

  it('says in words how far the last message of a run came', () => {
    const { see } = openPanel(createSampleChat([{ ...said('mine', 1, 'hi'), state: 'delivered' }]))
    expect(see.getByText('Delivered')).toBeTruthy()
  })

  it('shows that a message was taken back, not what it said', () => {
    const { see } = openPanel(createSampleChat([{ ...said(ANNA, 1, 'oops'), recalled: true, parts: [] }]))
    expect(see.getByText('This message was taken back')).toBeTruthy()
  })

  it('quotes the message that is answered and counts reactions', async () => {
    const chat = createSampleChat([
      said('mine', 1, 'Is it open?'),
      { ...said(ANNA, 2, 'Yes'), replyTo: 1, reactions: [{ emoji: '👍', count: 2, mine: false }] },
    ])
    const { see } = openPanel(chat)
    await waitFor(() => expect(see.getAllByText('Is it open?').length).toBe(2))
    fireEvent.click(see.getByRole('button', { name: '👍 2' }))
    expect(chat.asked).toContainEqual(['react', 2, '👍', true])
  })

  it('shows who is writing', async () => {
    const chat = createSampleChat([said('mine', 1, 'hello')])
    const { see } = openPanel(chat)
    chat.typing.value = [ANNA]
    expect(await see.findByText('Anna Berg is writing')).toBeTruthy()
  })

  it('shows an answer while it is being written', async () => {
    const chat = createSampleChat([said('mine', 1, 'hello')])
    const { see } = openPanel(chat)
    chat.streams.value = [{ key: 'a', from: BOT, text: 'Green **tea**' }]
    await waitFor(() => expect(see.getByText('tea').tagName).toBe('STRONG'))
  })

  it('names who writes an answer from its first word, once for a run', async () => {
    const chat = createSampleChat([said('mine', 1, 'hello')])
    const { root } = openPanel(chat)
    const names = () => [...root.querySelectorAll('.theirs .meta b')].map((one) => one.textContent)
    chat.streams.value = [{ key: 'a', from: BOT, text: 'Green' }]
    await waitFor(() => expect(names()).toEqual(['Helper']))
    batch(() => {
      chat.items.value = [...chat.items.value, said(BOT, 2, 'Green tea')]
      chat.streams.value = [{ key: 'b', from: BOT, text: 'And' }]
    })
    await waitFor(() => expect(root.querySelectorAll('.theirs .bubble')).toHaveLength(2))
    expect(names()).toEqual(['Helper'])
  })

  it.each(['-', '*', '+ ', '2.', '3) '])('shows no lone %j before the words of a list item come', async (sign) => {
    const chat = createSampleChat([said('mine', 1, 'hello')])
    const { root } = openPanel(chat)
    const grow = (text: string) => {
      chat.streams.value = [{ key: 'a', from: BOT, text }]
    }
    grow('**Teas:**')
    await waitFor(() => expect(root.querySelector('.streaming strong')).toBeTruthy())
    grow(`**Teas:**\n${sign}`)
    await waitFor(() => expect(root.querySelector('.streaming .bubble')?.textContent).toBe('Teas:'))
    grow(`**Teas:**\n${sign} Green`)
    await waitFor(() => expect(root.querySelector('.streaming li')?.textContent).toBe('Green'))
  })
})

describe('an answer that is stopped', () => {
  it('stays where it was shown, as one bubble at every moment', async () => {
    const chat = createSampleChat([said('mine', 1, 'hello')])
    const { root } = openPanel(chat)
    const bubbles = () => [...root.querySelectorAll('.theirs .bubble')].map((one) => one.textContent?.trim())
    chat.streams.value = [{ key: 'a', from: BOT, text: 'Green **tea**' }]
    await waitFor(() => expect(bubbles()).toEqual(['Green tea']))
    const seen = new Set<string>()
    const watch = new MutationObserver(() => seen.add(bubbles().join(' | ')))
    watch.observe(root, { childList: true, subtree: true, characterData: true })
    batch(() => {
      chat.streams.value = []
      const kept = said(BOT, 2, [{ kind: 'text', text: 'Green **tea**', format: 'markdown' }])
      chat.items.value = [...chat.items.value, { ...kept, key: 'a' }]
    })
    await waitFor(() => expect(root.querySelector('.streaming')).toBeNull())
    watch.disconnect()
    expect([...seen]).toEqual(['Green tea'])
  })
})

describe('a long conversation', () => {
  const long = Array.from({ length: 10_000 }, (_, index) =>
    said(index % 2 ? ANNA : 'mine', index + 1, `text ${index + 1}`),
  )

  it('draws the newest messages and never more than 150 lines', () => {
    const { see, root } = openPanel(createSampleChat(long))
    expect(see.getByText('text 10000')).toBeTruthy()
    expect(root.querySelectorAll('[data-key]').length).toBeLessThanOrEqual(150)
  })

  it('asks for older messages when the beginning is in sight', async () => {
    const chat = createSampleChat([said('mine', 3, 'third')])
    chat.history = [said('mine', 1, 'first'), said('mine', 2, 'second')]
    chat.more.value = true
    const { see } = openPanel(chat)
    expect(await see.findByText('first')).toBeTruthy()
    expect(chat.asked.filter(([name]) => name === 'older').length).toBe(1)
  })
})

describe('what is new', () => {
  it('draws a line above what came while the panel was closed, and marks it as read', async () => {
    const chat = createSampleChat([said(ANNA, 1, 'seen'), said(ANNA, 2, 'unseen')])
    chat.read.value = 1
    chat.unread.value = 1
    const { see, root } = openPanel(chat)
    const line = await see.findByText('New')
    const keys = [...root.querySelectorAll<HTMLElement>('[data-key]')].map((one) => one.dataset.key)
    expect(keys.slice(-3)).toEqual(['m1', 'new', 'm2'])
    expect(line).toBeTruthy()
    expect(chat.unread.value).toBe(0)
  })

  it('draws no line above the visitor’s own messages', () => {
    const chat = createSampleChat([said(ANNA, 1, 'seen'), said('mine', 2, 'mine')])
    const { see } = openPanel(chat)
    expect(see.queryByText('New')).toBeNull()
  })
})
