import { HutongError } from '@hutong/core/errors'
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/preact'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { PretendRelay } from '../pretend-relay.ts'
import { openRelay, openZoe } from './test-desk.tsx'

let relay: PretendRelay

beforeEach(() => {
  relay = openRelay()
  relay.contact('v2', 'Zoe Adler')
  relay.says('v2', 'Do you have tea?')
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

const click = (name: string | RegExp) => fireEvent.click(screen.getByRole('button', { name }))
const log = () => within(screen.getByRole('log'))

describe('merging customers', () => {
  async function mergeWithAdler() {
    await openZoe(relay)
    click('Merge with another customer')
    fireEvent.click(await within(screen.getByRole('dialog')).findByRole('button', { name: /Zoe Adler/ }))
    expect(screen.getByText(/Zoe and Zoe Adler will count as one person/)).toBeTruthy()
    click('Merge')
  }

  it('says what it does before it is done, and shows each the other afterwards', async () => {
    await mergeWithAdler()
    expect(await screen.findByText('Zoe and Zoe Adler are one person now.')).toBeTruthy()
    const link = await screen.findByRole('link', { name: /^Zoe Adler ?Another conversation/ })
    expect(link.getAttribute('href')).toBe('#/c/v2')
    expect(await log().findByText(/^Ana Ruiz merged this customer/)).toBeTruthy()
  })

  it('can be undone later, whichever was merged into the other', async () => {
    await relay.api.merge('c_v1', 'c_v2')
    await openZoe(relay)
    fireEvent.click(await screen.findByRole('button', { name: 'Undo merge' }))
    expect(await screen.findByText('They are two customers again.')).toBeTruthy()
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Undo merge' })).toBeNull())
  })

  it('works also when the other one was merged into somebody before', async () => {
    relay.contact('v3', 'Max')
    await relay.api.merge('c_v2', 'c_v3')
    await mergeWithAdler()
    expect(await screen.findByText('Zoe and Zoe Adler are one person now.')).toBeTruthy()
  })

  it('says why when it is refused', async () => {
    await openZoe(relay)
    click('Merge with another customer')
    const other = await within(screen.getByRole('dialog')).findByRole('button', { name: /Zoe Adler/ })
    relay.fail(new HutongError('unavailable', 'the relay is busy'))
    fireEvent.click(other)
    click('Merge')
    expect(await screen.findByText('That did not work: the relay is busy')).toBeTruthy()
  })
})

describe('the transcript', () => {
  const way = (address: string) => ({ channel: 'mail', address, why: 'verified' as const, readsLog: false })

  it('goes to the address that was chosen, and says so', async () => {
    relay.setReach('v1', [way('zoe@example.org'), way('zoe@work.example')])
    await openZoe(relay)
    fireEvent.keyDown(document.body, { key: 's' })
    fireEvent.click(await screen.findByRole('radio', { name: 'zoe@work.example' }))
    fireEvent.submit(screen.getByRole('radio', { name: 'zoe@work.example' }).closest('form') as HTMLFormElement)
    expect(await screen.findByText('The transcript went to zoe@work.example.')).toBeTruthy()
    expect(relay.api.mailed).toEqual(['zoe@work.example'])
  })

  it('says why it cannot go anywhere', async () => {
    await openZoe(relay)
    fireEvent.keyDown(document.body, { key: 's' })
    expect(await screen.findByText(/No proven mail address of this customer is known/)).toBeTruthy()
    expect(within(screen.getByRole('dialog')).queryByRole('button', { name: 'Send' })).toBeNull()
  })
})

describe('a message that did not arrive', () => {
  const reach = [{ channel: 'mail', address: 'zoe@example.org', why: 'last' as const, readsLog: false }]
  const sent = (state: 'dead' | 'unsure', error: string) =>
    relay.setReach('v1', reach, [{ seq: 2, target: 'channel:mail', state, error, reported: null }])

  async function openReplied() {
    const parts = [{ kind: 'text' as const, text: 'It is on its way.', format: 'plain' as const }]
    relay.append('v1', { from: { kind: 'agent', id: 'a_ana' }, body: { kind: 'message', parts } })
    const failure = {
      kind: 'delivery' as const,
      of: 2,
      channel: 'mail',
      state: 'failed' as const,
      reason: 'mailbox full',
    }
    relay.append('v1', { from: { kind: 'system', id: 'relay' }, body: failure })
    await openZoe(relay)
  }

  it('says so and why at the message, and is sent again on demand', async () => {
    sent('dead', 'mailbox full')
    await openReplied()
    expect(await screen.findByText('Not delivered by e-mail')).toBeTruthy()
    expect(screen.getAllByText('Reason: mailbox full')).toHaveLength(1)
    click('Send again')
    await waitFor(() => expect(relay.api.resent).toEqual([2]))
  })

  it('warns that it may arrive twice when nobody knows whether it arrived', async () => {
    sent('unsure', 'timeout')
    await openReplied()
    expect(await screen.findByText('Sent by e-mail, perhaps not received')).toBeTruthy()
    click('Send again, it may arrive twice')
    await waitFor(() => expect(relay.api.resent).toEqual([2]))
  })
})

describe('mails set aside', () => {
  const mail = {
    channel: 'mail',
    id: '7-42',
    at: 0,
    from: 'lin@people.example',
    subject: '',
    reason: 'names no sender',
  }

  it('are not spoken of while there are none', async () => {
    await openZoe(relay)
    expect(screen.queryByText(/set aside/)).toBeNull()
  })

  it('are shown with sender and reason, and leave the list when they are taken or discarded', async () => {
    relay.api.kept.push(mail, { ...mail, id: '7-43', subject: 'Broken' })
    await openZoe(relay)
    fireEvent.click(await screen.findByRole('button', { name: '2 mails set aside' }))
    const [first] = screen.getAllByRole('button', { name: 'Try again' })
    expect(screen.getByText('No subject')).toBeTruthy()
    expect(screen.getAllByText('Reason: names no sender')).toHaveLength(2)
    fireEvent.click(first as HTMLElement)
    expect(await screen.findByText('The mail was taken: it stands in its conversation.')).toBeTruthy()
    await waitFor(() => expect(screen.getAllByRole('button', { name: 'Discard' })).toHaveLength(1))
    click('Discard')
    expect(await screen.findByText('Nothing is set aside any more.')).toBeTruthy()
  })

  it('stay in the list with the reason when they still cannot be taken', async () => {
    relay.api.kept.push(mail)
    await openZoe(relay)
    fireEvent.click(await screen.findByRole('button', { name: '1 mail set aside' }))
    relay.fail(new HutongError('rejected', 'names no sender'))
    click('Try again')
    expect(await screen.findByText('That did not work: names no sender')).toBeTruthy()
    expect(screen.getByRole('button', { name: 'Discard' })).toBeTruthy()
  })
})

describe('a desktop notification', () => {
  it('shows the words of a message without their Markdown', async () => {
    const shown: string[] = []
    function Notification(this: { body: string }, _: string, { body }: { body: string }) {
      this.body = body
      shown.push(body)
    }
    vi.stubGlobal('Notification', Object.assign(Notification, { permission: 'granted' }))
    localStorage.setItem('hutong-desk:notify', 'true')
    await openZoe(relay)
    const parts = [
      { kind: 'text' as const, text: '**Two** tins, [please](https://shop.example)', format: 'markdown' as const },
    ]
    relay.append('v2', { from: { kind: 'contact', id: 'c_v2' }, body: { kind: 'message', parts } })
    await waitFor(() => expect(shown).toEqual(['Two tins, please']))
  })
})

describe('the search', () => {
  it('says when it did not work, and is done again on demand', async () => {
    await openZoe(relay)
    relay.fail(new HutongError('unavailable', 'the relay is busy'))
    fireEvent.input(screen.getByRole('searchbox', { name: 'Search' }), { target: { value: 'Adler' } })
    expect(await screen.findByText('The search did not work.')).toBeTruthy()
    click('Try again')
    expect(await screen.findByRole('link', { name: /Zoe Adler/ })).toBeTruthy()
    expect(screen.queryByRole('link', { name: /Where is my order/ })).toBeNull()
  })
})
