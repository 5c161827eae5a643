import { HutongError } from '@hutong/core/errors'
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/preact'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PretendRelay } from '../pretend-relay.ts'
import { openRelay, openZoe } from './test-desk.tsx'

let relay: PretendRelay

beforeEach(() => {
  relay = openRelay()
  relay.contact('v2', 'Max')
  relay.says('v2', 'Do you have tea?')
})
afterEach(cleanup)

const press = (key: string) => fireEvent.keyDown(document.activeElement ?? document.body, { key })
const focused = () => document.activeElement

describe('the focus', () => {
  it('goes along with J and K from row to row', async () => {
    await openZoe(relay)
    press('j')
    await waitFor(() => expect(focused()).toBe(screen.getByRole('link', { name: /Max/ })))
    press('k')
    await waitFor(() => expect(focused()).toBe(screen.getByRole('link', { name: /Zoe/ })))
  })

  it('goes to the reply after taking over, by key or by button', async () => {
    await openZoe(relay)
    const button = screen.getByRole('button', { name: 'Take over' })
    button.focus()
    fireEvent.click(button)
    await waitFor(() => expect(focused()).toBe(screen.getByRole('textbox', { name: 'Reply' })))
  })

  it('stays in the thread when a button goes away with what it did', async () => {
    await openZoe(relay)
    const button = screen.getByRole('button', { name: 'Close' })
    button.focus()
    fireEvent.click(button)
    await waitFor(() => expect(focused()).toBe(screen.getByRole('log')))
  })
})

describe('what was done', () => {
  it('is taken back with Z while its notice stands', async () => {
    await openZoe(relay)
    press('e')
    expect(await screen.findByText('Conversation closed.')).toBeTruthy()
    press('z')
    await waitFor(() => expect(relay.log('v1').at(-1)?.body).toMatchObject({ kind: 'status', status: 'open' }))
    expect(screen.queryByText('Conversation closed.')).toBeNull()
  })
})

describe('the person', () => {
  const field = (name: string) => screen.getByRole<HTMLInputElement>('textbox', { name })
  const fill = (name: string, value: string) => {
    fireEvent.input(field(name), { target: { value } })
    fireEvent.blur(field(name))
  }

  it('says at the field that a change is saved', async () => {
    await openZoe(relay)
    fill('Name', 'Zoe Adler')
    expect(await screen.findByText('Saved')).toBeTruthy()
    expect(field('Name').value).toBe('Zoe Adler')
  })

  it('keeps what could not be saved in its field, with the reason below', async () => {
    await openZoe(relay)
    fill('E-mail', 'zoe at example')
    expect((await screen.findByText(/Not an e-mail address/)).id).toBe(field('E-mail').getAttribute('aria-describedby'))
    expect([field('E-mail').value, field('E-mail').getAttribute('aria-invalid')]).toEqual(['zoe at example', 'true'])
    relay.fail(new HutongError('rejected', 'too many changes'))
    fill('Name', 'Zoe Adler')
    expect(await screen.findByText('Not saved: too many changes')).toBeTruthy()
    expect(field('Name').value).toBe('Zoe Adler')
    fireEvent.keyDown(field('Name'), { key: 'Escape' })
    await waitFor(() => expect(field('Name').value).toBe('Zoe'))
    expect(screen.queryByText('Not saved: too many changes')).toBeNull()
  })

  it('is shown as here at once, before anything is heard of them', async () => {
    relay.setOnline('v1', true)
    await openZoe(relay)
    expect(await screen.findByText('Here now')).toBeTruthy()
  })
})
