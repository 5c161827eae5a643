import { fireEvent, waitFor } from '@testing-library/preact'
import { describe, expect, it } from 'vitest'
import { loadLocale } from '../locales/locale.ts'
import { openPanel } from './open-panel.ts'
import { ANNA, createSampleChat, handedTo, said, told } from './sample-chat.ts'

/** happy-dom's own handle on its window. */
interface Page {
  happyDOM: { setViewport(size: { width: number }): void }
}

describe('opening and closing', () => {
  it('is a dialog named after the site, with the field to write in focused', async () => {
    const { see, root } = openPanel(createSampleChat())
    expect(see.getByRole('dialog', { name: 'Chat with Teahouse' })).toBeTruthy()
    await waitFor(() => expect(root.activeElement).toBe(see.getByLabelText('Message')))
  })

  it('closes on Escape and gives focus back to the launcher', async () => {
    const { see, root, launcher, closed } = openPanel(createSampleChat())
    fireEvent.keyDown(see.getByLabelText('Message'), { key: 'Escape' })
    expect(closed).toEqual(['close'])
    expect(root.querySelector('.panel')).toBeNull()
    expect(document.activeElement).toBe(launcher)
  })

  it('keeps what was written while it is closed', () => {
    const { see, panel } = openPanel(createSampleChat())
    fireEvent.input(see.getByLabelText('Message'), { target: { value: 'half a sent' } })
    panel.hide()
    panel.show()
    expect(see.getByLabelText<HTMLTextAreaElement>('Message').value).toBe('half a sent')
  })

  it('leaves nothing in the page once destroyed', () => {
    const { panel, root } = openPanel(createSampleChat())
    panel.destroy()
    expect(root.childNodes.length).toBe(0)
    expect(root.adoptedStyleSheets).toEqual([])
  })

  it('speaks Chinese when told to, without being opened again', async () => {
    const { see, panel, stage } = openPanel(createSampleChat())
    panel.update({ locale: await loadLocale('zh-CN') })
    expect(await see.findByRole('dialog', { name: '与Teahouse对话' })).toBeTruthy()
    expect(stage.lang).toBe('zh-CN')
  })

  it('writes no style attribute that a strict style-src would refuse to parse from markup', () => {
    const { root } = openPanel(createSampleChat([said(ANNA, 1, 'Hello')]))
    expect(root.querySelector('.panel [style]:not(textarea)')).toBeNull()
  })
})

describe('on a phone', () => {
  const turn = (width: number) => (window as unknown as Page).happyDOM.setViewport({ width })

  it('covers the screen, holds the page behind still, and gives it back', () => {
    turn(375)
    const { see, panel } = openPanel(createSampleChat())
    const page = document.createElement('p')
    document.body.append(page)
    panel.hide()
    panel.show()
    expect(see.getByRole('dialog').getAttribute('aria-modal')).toBe('true')
    expect(page.inert).toBe(true)
    expect(document.documentElement.style.overflow).toBe('hidden')
    panel.hide()
    expect(page.inert).toBe(false)
    expect(document.documentElement.style.overflow).toBe('')
    turn(1_024)
  })

  it('leaves the page alone on a wide screen', () => {
    turn(1_024)
    const { see } = openPanel(createSampleChat())
    expect(see.getByRole('dialog').getAttribute('aria-modal')).toBe('false')
    expect(document.documentElement.style.overflow).toBe('')
  })
})

describe('who is on the other side', () => {
  it('shows the agent who has the floor', async () => {
    const chat = createSampleChat([handedTo(1, { kind: 'agent', id: 'anna', name: 'Anna Berg' })])
    chat.floor.value = { holder: { kind: 'agent', id: 'anna', name: 'Anna Berg' }, term: 1 }
    const { see } = openPanel(chat)
    expect(see.getByRole('heading', { name: 'Anna Berg' })).toBeTruthy()
    expect(see.getByText('Online')).toBeTruthy()
    expect(await see.findByText('Anna Berg joined')).toBeTruthy()
  })

  it('says that nobody is here before anything was written', () => {
    const chat = createSampleChat()
    if (chat.site.value) chat.site.value = { ...chat.site.value, staffed: false }
    const { see } = openPanel(chat)
    expect(see.getByText(/Leave a message/)).toBeTruthy()
  })

  it('tells a waiting visitor once that somebody will come: the message does, and the header that they wait', async () => {
    const colleague = 'A colleague will answer you here. You can keep writing.'
    const chat = createSampleChat([
      said('mine', 1, 'A person, please'),
      handedTo(2, { kind: 'queue' }),
      said({ kind: 'system', id: 'relay', name: 'Teahouse' }, 3, colleague),
    ])
    const { see } = openPanel(chat)
    chat.floor.value = { holder: { kind: 'queue' }, term: 1 }
    expect(await see.findByText('Waiting for a colleague')).toBeTruthy()
    expect(see.getByText(colleague)).toBeTruthy()
    expect(see.getAllByText(/colleague|queue/)).toHaveLength(2)
    expect(see.queryByRole('status')).toBeNull()
  })
})

describe('one clear state', () => {
  const away = () => {
    const chat = createSampleChat([said('mine', 1, 'A person, please'), handedTo(2, { kind: 'queue' })])
    if (chat.site.value) chat.site.value = { ...chat.site.value, staffed: false }
    return chat
  }

  it('promises no colleague soon to a waiting visitor while nobody is at the desk', async () => {
    const chat = away()
    chat.floor.value = { holder: { kind: 'queue' }, term: 1 }
    const { see } = openPanel(chat)
    expect(await see.findByText('We will reply later')).toBeTruthy()
    expect(see.queryByText(/Waiting for|queue|colleague/)).toBeNull()
    expect(see.queryByRole('status')).toBeNull()
  })

  it('does not say that nobody is here while the assistant answers', () => {
    const chat = away()
    chat.floor.value = { holder: { kind: 'bot', id: 'helper' }, term: 1 }
    const { see } = openPanel(chat)
    expect(see.getByText('Assistant')).toBeTruthy()
    expect(see.queryByText(/Nobody is here|as soon as we are back/)).toBeNull()
  })

  it('says that the chat is not set up for this page instead of connecting for ever', () => {
    const chat = createSampleChat()
    chat.site.value = undefined
    chat.connection.value = 'refused'
    const { see } = openPanel(chat)
    expect(see.getByRole('status').textContent).toBe('This chat is not set up for this page.')
    expect(see.queryByText(/Connecting|How can we help/)).toBeNull()
    expect(see.queryByLabelText('Message')).toBeNull()
  })

  it('shows the title it was given in place of the site’s name', () => {
    const { see } = openPanel(createSampleChat(), { options: { title: '院子里的茶' } })
    expect(see.getByRole('dialog', { name: 'Chat with 院子里的茶' })).toBeTruthy()
    expect(see.getByRole('heading', { name: '院子里的茶' })).toBeTruthy()
  })
})

describe('the state of the connection and the conversation', () => {
  it('says when the visitor is offline and what happens to messages', async () => {
    const chat = createSampleChat([said('mine', 1, 'Hello')])
    const { see } = openPanel(chat)
    chat.connection.value = 'offline'
    expect(await see.findByText('You are offline. Messages will be sent when you are back.')).toBeTruthy()
  })

  it('asks once how it was when the conversation has ended', async () => {
    const chat = createSampleChat([said('mine', 1, 'Thanks'), told(2, { kind: 'status', status: 'closed' })])
    chat.closed.value = true
    const { see } = openPanel(chat)
    fireEvent.click(await see.findByRole('button', { name: 'Good' }))
    expect(chat.asked).toContainEqual(['rate', { scale: 'csat', score: 4 }])
    chat.items.value = [...chat.items.value, told(3, { kind: 'rating', scale: 'csat', score: 4 })]
    expect(await see.findByText('Your rating: Good')).toBeTruthy()
    expect(see.queryByRole('button', { name: 'Good' })).toBeNull()
  })

  it('shows a skeleton while nothing is known yet', () => {
    const chat = createSampleChat()
    chat.loading.value = true
    const { see } = openPanel(chat)
    expect(see.getByRole('log').getAttribute('aria-busy')).toBe('true')
    expect(see.queryByText('How can we help?')).toBeNull()
  })
})

describe('for screen readers', () => {
  it('says an arriving message once, and not the history', async () => {
    const chat = createSampleChat([said(ANNA, 1, 'old')])
    const { see, root } = openPanel(chat)
    const spoken = () => root.querySelector('[aria-live=polite]')?.textContent
    expect(spoken()).toBe('')
    chat.items.value = [...chat.items.value, said(ANNA, 2, 'new')]
    await waitFor(() => expect(spoken()).toBe('Anna Berg: new'))
    expect(see.getByRole('log').getAttribute('aria-live')).toBe('off')
  })

  it('does not repeat what the visitor wrote', async () => {
    const chat = createSampleChat()
    const { see, root } = openPanel(chat)
    chat.items.value = [said('mine', 1, 'my words')]
    await see.findByText('my words')
    expect(root.querySelector('[aria-live=polite]')?.textContent).toBe('')
  })

  it('says that an answer has begun instead of reading it piece by piece', async () => {
    const chat = createSampleChat()
    const { root } = openPanel(chat)
    chat.streams.value = [{ key: 'a', from: ANNA, text: 'It' }]
    const spoken = () => root.querySelector('[aria-live=polite]')?.textContent
    await waitFor(() => expect(spoken()).toBe('Anna Berg is answering'))
  })
})
