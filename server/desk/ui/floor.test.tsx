import type { Body, Participant } from '@hutong/core/entry'
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/preact'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ANA, type PretendRelay } from '../pretend-relay.ts'
import { openRelay, openZoe } from './test-desk.tsx'

let relay: PretendRelay

beforeEach(() => {
  relay = openRelay()
})
afterEach(() => {
  vi.unstubAllGlobals()
  cleanup()
})

const RELAY: Participant = { kind: 'system', id: 'relay' }
const TOLD: Body = { kind: 'message', parts: [{ kind: 'text', text: 'A colleague will answer you.', format: 'plain' }] }

function handsOn(more: Partial<Extract<Body, { kind: 'handoff' }>> = {}, from = RELAY) {
  relay.append('v1', { from, body: { kind: 'handoff', floor: { holder: { kind: 'queue' }, term: 2 }, ...more } })
}

const log = (language?: string) => openZoe(relay, language)

describe('at the desk', () => {
  it('what the relay says for the shop reads as a notice in the shop’s name, in the thread and in the list', async () => {
    relay.append('v1', { from: { ...RELAY, name: 'Courtyard Tea' }, body: TOLD })
    const shown = await log()
    expect(shown.getByText('Courtyard Tea · automatic notice')).toBeTruthy()
    expect(screen.getByRole('link', { name: /Notice: A colleague will answer you\./ })).toBeTruthy()
    expect(screen.getByRole('log').textContent).not.toMatch(/Hutong/)
  })

  it('a notice of a shop without a name is called one, in Chinese too', async () => {
    relay.append('v1', { from: RELAY, body: TOLD })
    const shown = await log('zh-CN')
    expect(shown.getByText('自动通知')).toBeTruthy()
    expect(screen.getByRole('link', { name: /通知：A colleague/ })).toBeTruthy()
    expect(screen.getByRole('log').textContent).not.toMatch(/互通/)
  })

  it('the reason of a hand-off is in the agent’s language, and in a backend’s own words where it gave them', async () => {
    handsOn({ reason: 'shop gave no answer in 15000 ms' })
    handsOn({ reason: 'refund over 100' }, { kind: 'bot', id: 'shop' })
    const shown = await log('zh-CN')
    expect(shown.getByText('原因：shop 在15秒钟内没有回答')).toBeTruthy()
    expect(shown.getByText('原因：refund over 100')).toBeTruthy()
  })

  it('a summary is a list of what was said, each with whose it is', async () => {
    handsOn({
      summary: 'Order: 4711\n› Please send:\n  - two tins\n  - one pot\n‹ Which tin?\n⚠ eve@evil.test: me too',
    })
    const shown = await log()
    const summary = shown.getByRole('list', { name: 'Summary for whoever answers' })
    expect(within(summary).getAllByRole('listitem').map(read)).toEqual([
      'Order: 4711',
      'Customer: Please send:\n- two tins\n- one pot',
      'Answer: Which tin?',
      'eve@evil.test: me too',
    ])
  })

  it('a text that a backend wrote as its summary stands as it was written', async () => {
    handsOn({ summary: 'Wants tea.\n\n  2 tins' })
    const shown = await log()
    const lines = within(shown.getByRole('list', { name: /Summary/ })).getAllByRole('listitem')
    expect(lines.map(({ textContent }) => textContent)).toEqual(['Wants tea.', '', '  2 tins'])
  })

  it('a rating stands once, with the question it answers', async () => {
    const body: Body = { kind: 'message', parts: [{ kind: 'rating', scale: 'csat', question: 'How was it?' }] }
    const of = relay.append('v1', { from: RELAY, body })
    const shown = await log()
    expect(shown.getByText('Not rated yet')).toBeTruthy()
    const from: Participant = { kind: 'contact', id: 'c_v1' }
    relay.append('v1', { from, body: { kind: 'rating', of, scale: 'csat', score: 4, comment: 'Thank you' } })
    expect(await shown.findAllByText(/Rated 4/)).toHaveLength(1)
    expect(shown.getAllByText(/Thank you/)).toHaveLength(1)
  })

  it('a rating that answers no question in view stands by itself', async () => {
    const from: Participant = { kind: 'contact', id: 'c_v1' }
    relay.append('v1', { from, body: { kind: 'rating', scale: 'csat', score: 4, comment: 'Thank you' } })
    const shown = await log()
    expect(shown.getByText(/Rated 4 \/ 5 – Thank you/)).toBeTruthy()
  })

  it('of several bots, the one that has the conversation is named', async () => {
    relay.setBackends(['knowledge', 'shop'])
    handsOn({ floor: { holder: { kind: 'bot', id: 'shop' }, term: 2 } })
    relay.append('v1', { from: { kind: 'bot', id: 'shop' }, body: TOLD })
    const shown = await log()
    expect(shown.getByText(/Bot “shop” answers now/)).toBeTruthy()
    expect(shown.getByText('Bot “shop”')).toBeTruthy()
    expect(screen.getByText('Bot “shop” · web chat')).toBeTruthy()
    fireEvent.click(screen.getByRole('button', { name: 'Give to knowledge' }))
    expect(await screen.findByText('Bot “knowledge” answers again.')).toBeTruthy()
  })

  it('a notification says who waits for a person and why, or who gave the conversation away and with which words', async () => {
    const shown: string[] = []
    function Notification(title: string, { body }: { body: string }) {
      shown.push(title, body)
    }
    vi.stubGlobal('Notification', Object.assign(Notification, { permission: 'granted' }))
    localStorage.setItem('hutong-desk:notify', 'true')
    relay.contact('v2', 'Yan')
    relay.says('v2', 'Hello')
    await log()
    const queue = { kind: 'queue' as const }
    const ana = { kind: 'agent' as const, id: ANA.id }
    const handoff = { kind: 'handoff' as const, floor: { holder: queue, term: 2 } }
    relay.append('v2', {
      from: RELAY,
      body: { ...handoff, reason: 'shop gave no answer in 15000 ms', summary: '› Hello' },
    })
    const ben: Participant = { kind: 'agent', id: 'a_ben', name: 'Ben' }
    relay.append('v2', {
      from: ben,
      body: { ...handoff, floor: { holder: ana, term: 3 }, summary: 'She is in a hurry.' },
    })
    await waitFor(() => expect(shown).toHaveLength(4))
    expect(shown).toEqual([
      ...['Yan waits for a person', 'Reason: shop gave no answer in 15 seconds'],
      ...['Ben gave you the conversation with Yan', 'She is in a hurry.'],
    ])
  })

  it('a screen reader says how many wait when that changes, and whose conversation is open', async () => {
    await log()
    expect(screen.getByRole('region', { name: 'Zoe' })).toBeTruthy()
    expect(statuses()).toContain('1 customer waits in the queue')
    relay.contact('v2', 'Yan')
    relay.says('v2', 'Hello')
    await waitFor(() => expect(statuses()).toContain('2 customers wait in the queue'))
    for (const id of ['v1', 'v2'])
      relay.append(id, { from: RELAY, body: { kind: 'handoff', floor: { holder: { kind: 'bot', id: 'x' }, term: 2 } } })
    await waitFor(() => expect(statuses().join()).not.toMatch(/queue/))
  })
})

const statuses = () => screen.getAllByRole('status').map(({ textContent }) => textContent)

/** As a screen reader has it. */
function read(one: HTMLElement): string {
  const copy = one.cloneNode(true) as HTMLElement
  for (const silent of copy.querySelectorAll('[aria-hidden]')) silent.remove()
  return copy.textContent ?? ''
}
