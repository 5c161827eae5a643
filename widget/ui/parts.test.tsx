import type { PartInput } from '@hutong/core/parts'
import { fireEvent, waitFor } from '@testing-library/preact'
import { describe, expect, it } from 'vitest'
import { openPanel } from './open-panel.ts'
import { BOT, createSampleChat, handedTo, said } from './sample-chat.ts'

function show(...parts: PartInput[]) {
  const chat = createSampleChat([said(BOT, 1, parts)])
  const change = (more: object) => {
    chat.items.value = [{ ...said(BOT, 1, parts), ...more }]
  }
  return { chat, change, ...openPanel(chat) }
}

describe('choices and cards', () => {
  const choices: PartInput = {
    kind: 'choices',
    text: 'Which?',
    options: [
      { id: 'a', label: 'Tea' },
      { id: 'b', label: 'Cup' },
    ],
  }

  it('answers with the picked option, once', async () => {
    const { chat, change, see } = show(choices)
    fireEvent.click(await see.findByRole('button', { name: 'Tea' }))
    expect(chat.asked).toContainEqual(['choose', 1, { id: 'a', label: 'Tea' }])
    change({ chosen: 'a' })
    await waitFor(() => expect(see.getByRole<HTMLButtonElement>('button', { name: 'Cup' }).disabled).toBe(true))
    expect(see.getByRole('button', { name: 'Tea' }).getAttribute('aria-pressed')).toBe('true')
  })

  it('is over once the conversation has passed to somebody else', async () => {
    const { chat, see } = show(choices)
    const tea = await see.findByRole<HTMLButtonElement>('button', { name: 'Tea' })
    expect(tea.disabled).toBe(false)
    chat.items.value = [...chat.items.value, handedTo(2, { kind: 'queue' })]
    await waitFor(() => expect(tea.disabled).toBe(true))
  })

  it('opens card links in a new tab and sends reply buttons as answers', async () => {
    const { chat, see } = show({
      kind: 'card',
      title: 'Green tea',
      buttons: [
        { kind: 'link', label: 'View', url: 'https://shop.example/tea' },
        { kind: 'reply', label: 'Buy', id: 'buy' },
      ],
    })
    const link = await see.findByRole<HTMLAnchorElement>('link', { name: 'View' })
    expect([link.target, link.rel]).toEqual(['_blank', 'noopener noreferrer'])
    fireEvent.click(see.getByRole('button', { name: 'Buy' }))
    expect(chat.asked).toContainEqual(['choose', 1, { id: 'buy', label: 'Buy' }])
  })
})

describe('forms', () => {
  const form: PartInput = {
    kind: 'form',
    title: 'How can we reach you?',
    fields: [
      { name: 'email', label: 'E-mail', type: 'email', required: true },
      { name: 'call', label: 'Call me', type: 'checkbox' },
    ],
  }

  it('says below the field what is missing or wrong, and goes there', async () => {
    const { chat, see, root } = show(form)
    fireEvent.submit((await see.findByLabelText('E-mail')).closest('form') as HTMLFormElement)
    expect(await see.findByText('Please fill this in.')).toBeTruthy()
    const field = see.getByLabelText('E-mail')
    expect(root.activeElement).toBe(field)
    expect(field.getAttribute('aria-invalid')).toBe('true')
    fireEvent.input(field, { target: { value: 'not an address' } })
    fireEvent.submit(field.closest('form') as HTMLFormElement)
    expect(await see.findByText(/Please write an e-mail address/)).toBeTruthy()
    expect(chat.asked.some(([name]) => name === 'answer')).toBe(false)
  })

  it('sends every field by its name and shows what was sent', async () => {
    const { chat, change, see } = show(form)
    fireEvent.input(await see.findByLabelText('E-mail'), { target: { value: 'a@b.example' } })
    fireEvent.submit(see.getByLabelText('E-mail').closest('form') as HTMLFormElement)
    expect(chat.asked).toContainEqual(['answer', 1, { email: 'a@b.example', call: '' }])
    change({ answered: { email: 'a@b.example', call: '' } })
    expect(await see.findByText('a@b.example')).toBeTruthy()
    expect(see.queryByLabelText('E-mail')).toBeNull()
  })
})

describe('ratings', () => {
  it.each([
    ['csat', 'Very good', 5],
    ['nps', '0 (Not at all likely)', 0],
    ['ces', '7 (Very easy)', 7],
    ['solved', 'Not solved', 0],
  ] as const)('takes a score on the %s scale by its words', async (scale, name, score) => {
    const { chat, see } = show({ kind: 'rating', scale })
    fireEvent.click(await see.findByRole('button', { name }))
    expect(chat.asked).toContainEqual(['rate', { scale, score, of: 1 }])
  })

  it('keeps the keyboard where it is, thanks, and cannot be given twice', async () => {
    const { chat, change, see, root } = show({ kind: 'rating', scale: 'csat' })
    const good = await see.findByRole('button', { name: 'Good' })
    good.focus()
    change({ rated: 4 })
    expect(await see.findByText('Thank you for your feedback.')).toBeTruthy()
    const bad = see.getByRole('button', { name: 'Bad' })
    expect(bad.getAttribute('aria-disabled')).toBe('true')
    expect(root.activeElement).toBe(good)
    fireEvent.click(bad)
    expect(chat.asked.filter(([asked]) => asked === 'rate')).toEqual([])
  })
})

describe('media and places', () => {
  it('reserves the room of a picture and opens it in a new tab', async () => {
    const { root, see } = show({ kind: 'image', url: 'https://x.example/a.png', alt: 'A box', width: 640, height: 360 })
    expect(await see.findByRole('link', { name: 'Open picture in a new tab: A box' })).toBeTruthy()
    const picture = root.querySelector('.picture img')
    expect([picture?.getAttribute('width'), picture?.getAttribute('loading')]).toEqual(['640', 'lazy'])
  })

  it('names a file and its size', async () => {
    const { see } = show({ kind: 'file', url: 'https://x.example/f', name: 'invoice.pdf', bytes: 84_213 })
    expect(await see.findByRole('link', { name: 'Download invoice.pdf' })).toBeTruthy()
    expect(see.getByText('84 kB')).toBeTruthy()
  })

  it('shows the transcript of a voice message', async () => {
    const { see } = show({ kind: 'audio', url: 'https://x.example/a.mp3', transcript: 'Call me' })
    expect((await see.findByText('Call me')).closest('.media')).toBeTruthy()
  })

  it('leads from a place to a map', async () => {
    const { see } = show({ kind: 'location', latitude: 31.23, longitude: 121.47, name: 'Shop' })
    const link = await see.findByRole<HTMLAnchorElement>('link', { name: 'Open map' })
    expect(link.href).toContain('mlat=31.23&mlon=121.47')
  })

  it('shows the words of what it does not know', async () => {
    const { see } = show({ kind: 'unsupported', native: 'sticker', text: 'Sent a sticker' })
    expect(await see.findByText('Sent a sticker')).toBeTruthy()
  })
})
