import { fireEvent, waitFor } from '@testing-library/preact'
import { describe, expect, it } from 'vitest'
import { openPanel } from './open-panel.ts'
import { ANNA, BOT, createSampleChat, said } from './sample-chat.ts'
import type { PanelOptions } from './scope.ts'

function compose(options?: PanelOptions) {
  const chat = createSampleChat([said(ANNA, 1, 'Hello')])
  const opened = openPanel(chat, { options: options ?? {} })
  const field = opened.see.getByLabelText<HTMLTextAreaElement>('Message')
  const write = (value: string) => fireEvent.input(field, { target: { value } })
  const sent = () => chat.asked.filter(([name]) => name === 'send').map(([, text]) => text)
  return { chat, field, write, sent, ...opened }
}

describe('writing', () => {
  it('sends on Enter and starts a line on Shift-Enter', async () => {
    const { field, write, sent } = compose()
    write('one')
    fireEvent.keyDown(field, { key: 'Enter', shiftKey: true })
    expect(sent()).toEqual([])
    fireEvent.keyDown(field, { key: 'Enter' })
    expect(sent()).toEqual(['one'])
    await waitFor(() => expect(field.value).toBe(''))
  })

  it('never sends while a Chinese input method is choosing characters', () => {
    const { field, write, sent } = compose()
    write('ni hao')
    fireEvent.keyDown(field, { key: 'Enter', isComposing: true })
    fireEvent.keyDown(field, { key: 'Enter', keyCode: 229 })
    expect(sent()).toEqual([])
  })

  it('sends nothing that is only spaces', () => {
    const { write, sent, see } = compose()
    write('  \n ')
    fireEvent.click(see.getByRole('button', { name: 'Send' }))
    expect(sent()).toEqual([])
  })

  it('lets the chat know what is being written', () => {
    const { chat, write } = compose()
    write('hel')
    expect(chat.asked).toContainEqual(['reportTyping', 'hel'])
  })

  it('remembers that the visitor sends with Ctrl-Enter', async () => {
    const kept = new Map<string, string>()
    const preferences = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    }
    const first = compose({ preferences })
    fireEvent.click(first.see.getByRole('button', { name: 'Send key' }))
    fireEvent.click(await first.see.findByRole('menuitemradio', { name: 'Ctrl + Enter' }))

    const { field, write, sent } = compose({ preferences })
    write('later')
    fireEvent.keyDown(field, { key: 'Enter' })
    expect(sent()).toEqual([])
    fireEvent.keyDown(field, { key: 'Enter', ctrlKey: true })
    expect(sent()).toEqual(['later'])
  })
})

describe('stopping', () => {
  it('offers to stop an answer in the place of send, until something is written', async () => {
    const { chat, see, write } = compose()
    chat.streams.value = [{ key: 'a', from: BOT, text: 'It is' }]
    fireEvent.click(await see.findByRole('button', { name: 'Stop answering' }))
    expect(chat.asked).toContainEqual(['stop'])
    write('wait')
    expect(await see.findByRole('button', { name: 'Send' })).toBeTruthy()
  })

  it('leads back to writing', async () => {
    const { chat, see, field, root } = compose()
    chat.streams.value = [{ key: 'a', from: BOT, text: 'It is' }]
    const stop = await see.findByRole('button', { name: 'Stop answering' })
    stop.focus()
    fireEvent.click(stop)
    expect(root.activeElement).toBe(field)
    expect(chat.asked).toEqual([['stop']])
  })
})

describe('files', () => {
  const picture = new File(['x'], 'box.png', { type: 'image/png' })

  it('uploads pasted pictures', () => {
    const { chat, field } = compose()
    fireEvent.paste(field, { clipboardData: { files: [picture] } })
    expect(chat.asked).toContainEqual(['upload', picture])
  })

  it('uploads files dropped anywhere on the panel', () => {
    const { chat, see } = compose()
    const drop = new Event('drop', { bubbles: true, cancelable: true })
    fireEvent(see.getByRole('log'), Object.assign(drop, { dataTransfer: { files: [picture] } }))
    expect(drop.defaultPrevented).toBe(true)
    expect(chat.asked).toContainEqual(['upload', picture])
  })

  it('shows how far an upload is and cancels it', async () => {
    const { chat, see, field } = compose()
    fireEvent.paste(field, { clipboardData: { files: [picture] } })
    const item = said('mine', 2, [{ kind: 'file', name: 'box.png', bytes: 2_000_000 }])
    chat.items.value = [...chat.items.value, { ...item, key: 'upload:box.png', state: 'uploading', progress: 0.4 }]
    fireEvent.click(await see.findByRole('button', { name: 'Cancel upload (40 %)' }))
    expect(chat.asked).toContainEqual(['cancel', 'box.png'])
  })
})

describe('emoji', () => {
  it('puts the picked emoji where the caret stands and gives the field back', async () => {
    const { see, field, write, root } = compose()
    write('ab')
    field.setSelectionRange(1, 1)
    fireEvent.click(see.getByRole('button', { name: 'Emoji' }))
    fireEvent.click(await see.findByRole('button', { name: '👍' }))
    expect(field.value).toBe('a👍b')
    expect(root.activeElement).toBe(field)
  })

  it('is walked with arrows and closed with Escape, the panel staying open', async () => {
    const { see, root, closed } = compose()
    fireEvent.click(see.getByRole('button', { name: 'Emoji' }))
    const box = await see.findByRole('dialog', { name: 'Emoji' })
    await waitFor(() => expect(root.activeElement?.textContent).toBe('😀'))
    fireEvent.keyDown(box, { key: 'ArrowRight' })
    expect(root.activeElement?.textContent).toBe('😃')
    fireEvent.keyDown(box, { key: 'Escape' })
    await waitFor(() => expect(see.queryByRole('dialog', { name: 'Emoji' })).toBeNull())
    expect(closed).toEqual([])
  })
})
