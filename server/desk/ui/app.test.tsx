import { cleanup, fireEvent, screen, waitFor } from '@testing-library/preact'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PretendRelay } from '../pretend-relay.ts'
import { openRelay, openZoe, showDesk } from './test-desk.tsx'

let relay: PretendRelay

beforeEach(() => {
  relay = openRelay()
})
afterEach(cleanup)

const press = (key: string) => fireEvent.keyDown(document.body, { key })

describe('the desk', () => {
  it('lets an agent in with the right password only, and says why not', async () => {
    showDesk(relay, { signedIn: false })
    fireEvent.input(screen.getByLabelText('E-mail'), { target: { value: 'ana@shop.example' } })
    fireEvent.input(screen.getByLabelText('Password'), { target: { value: 'wrong' } })
    fireEvent.click(screen.getByRole('button', { name: 'Sign in' }))
    await waitFor(() => expect(screen.getByRole('alert').textContent).toMatch(/do not belong together/))
    fireEvent.input(screen.getByLabelText('Password'), { target: { value: 'right' } })
    fireEvent.click(screen.getByRole('button', { name: 'Sign in' }))
    relay.connect()
    expect(await screen.findByRole('navigation', { name: 'Conversations' })).toBeTruthy()
  })

  it('sends with Enter, and leaves Enter to the input method while a word is composed', async () => {
    await openZoe(relay)
    const field = screen.getByRole('textbox', { name: 'Reply' })
    fireEvent.input(field, { target: { value: '您好' } })
    fireEvent.keyDown(field, { key: 'Enter', isComposing: true })
    expect(relay.log('v1')).toHaveLength(1)
    fireEvent.keyDown(field, { key: 'Enter' })
    await waitFor(() => expect(relay.log('v1')).toHaveLength(2))
    expect((field as HTMLTextAreaElement).value).toBe('')
  })

  it('takes over with T, but not while T is typed into a field', async () => {
    await openZoe(relay)
    fireEvent.keyDown(screen.getByRole('textbox', { name: 'Reply' }), { key: 't' })
    expect(relay.log('v1')).toHaveLength(1)
    press('t')
    expect(await screen.findByText(/Ana Ruiz took over/)).toBeTruthy()
  })

  it('names the channel a reply goes out by, and what the reply will do', async () => {
    await openZoe(relay)
    expect(screen.getByText('Goes out by web chat · Your reply takes over the conversation.')).toBeTruthy()
    fireEvent.click(screen.getByRole('radio', { name: 'Internal note' }))
    expect(screen.getByText('Only colleagues see this.')).toBeTruthy()
  })

  it('says when a reply waits in the widget first, and where it goes after that', async () => {
    relay.setReach('v1', [
      { channel: 'web', address: 't', why: 'last', readsLog: true },
      { channel: 'mail', address: 'zoe@example.org', why: 'verified', readsLog: false },
    ])
    await openZoe(relay)
    expect(
      await screen.findByText(/^Waits in web chat; unread, it goes out by e-mail to zoe@example.org · /),
    ).toBeTruthy()
  })

  it('shows what became of a message that went out by mail, and why', async () => {
    relay.append('v1', {
      from: { kind: 'agent', id: 'a_ana', name: 'Ana Ruiz' },
      body: { kind: 'message', parts: [{ kind: 'text', text: 'On its way', format: 'plain' }] },
    })
    const sent = {
      seq: 2,
      target: 'channel:mail',
      state: 'dead' as const,
      error: 'mailbox full',
      reported: 'failed' as const,
    }
    relay.setReach('v1', [{ channel: 'mail', address: 'zoe@example.org', why: 'last', readsLog: false }], [sent])
    await openZoe(relay)
    expect(await screen.findByText('Not delivered by e-mail')).toBeTruthy()
    expect(screen.getByText('Reason: mailbox full')).toBeTruthy()
    expect(screen.getByText(/^Goes out by e-mail to zoe@example.org \(wrote there last\)/)).toBeTruthy()
  })

  it('saves a changed name and shows it everywhere', async () => {
    await openZoe(relay)
    const field = screen.getByRole('textbox', { name: /^Name/ })
    fireEvent.input(field, { target: { value: 'Zoe Adler' } })
    fireEvent.blur(field)
    expect(await screen.findByRole('link', { name: /Zoe Adler/ })).toBeTruthy()
    expect(screen.getByRole('heading', { name: 'Zoe Adler' })).toBeTruthy()
  })

  it('speaks Chinese to those whose browser does', async () => {
    showDesk(relay, { language: 'zh-CN' })
    expect(await screen.findByRole('navigation', { name: '会话' })).toBeTruthy()
    expect(document.documentElement.lang).toBe('zh-CN')
  })

  it('tells when the connection is lost', async () => {
    await openZoe(relay)
    relay.cut()
    expect(await screen.findByText('Connecting …')).toBeTruthy()
    relay.mend()
    await waitFor(() => expect(screen.queryByText('Connecting …')).toBeNull())
  })

  it('shows the quotes and the signature of a mail when they are asked for, images from elsewhere last', async () => {
    const whole = { subject: 'My order', text: 'Hello\n> Hi', quoted: 'Hi', signature: '', html: true, remote: true }
    relay.mails('v1', 'Hello', whole)
    await openZoe(relay)
    fireEvent.click(screen.getByRole('button', { name: 'Show whole message' }))
    const frame = (await screen.findByTitle('The message as it came')) as HTMLIFrameElement
    expect(screen.getByText('My order')).toBeTruthy()
    expect(frame.getAttribute('sandbox')).not.toMatch(/scripts|same-origin/)
    expect(frame.src).toMatch(/original\.html\?images=none$/)
    fireEvent.click(screen.getByRole('button', { name: 'Show images' }))
    await waitFor(() => expect(frame.src).toMatch(/images=remote$/))
    fireEvent.click(screen.getByRole('button', { name: 'Hide whole message' }))
    await waitFor(() => expect(screen.queryByTitle('The message as it came')).toBeNull())
  })

  it('says so when no more is kept of a mail than its words', async () => {
    relay.mails('v1', 'Hello', undefined)
    await openZoe(relay)
    fireEvent.click(screen.getByRole('button', { name: 'Show whole message' }))
    expect(await screen.findByText('Nothing more is kept of this message.')).toBeTruthy()
  })
})
