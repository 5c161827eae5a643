import type { Conversation } from '@hutong/core/conversation'
import { type Entry, type Floor, outsider } from '@hutong/core/entry'
import { describe, expect, it } from 'vitest'
import {
  arrived,
  backendLane,
  firstHolder,
  handedOff,
  isOwedTo,
  isToldTo,
  nextHolder,
  resolveTarget,
  stopLane,
} from './route.ts'

const routing = ['flow', 'keyword', 'desk']
const message = {
  body: { kind: 'message' as const, parts: [{ kind: 'text' as const, text: 'hello', format: 'plain' as const }] },
}

function conversationWith(floor: Floor, more: Partial<Conversation> = {}): Conversation {
  return {
    id: 'v1',
    site: 'shop',
    contact: 'c1',
    status: 'open',
    last: 3,
    floor,
    channel: 'web',
    attributes: {},
    createdAt: 0,
    updatedAt: 0,
    waitingSince: null,
    ...more,
  }
}

function applied(decision: ReturnType<typeof arrived>) {
  if ('refuse' in decision) throw decision.refuse
  return decision
}

describe('the routing chain', () => {
  it('begins with its first backend and ends with people', () => {
    expect(firstHolder(routing)).toEqual({ kind: 'bot', id: 'flow' })
    expect(nextHolder(routing, { kind: 'bot', id: 'flow' })).toEqual({ kind: 'bot', id: 'keyword' })
    expect(nextHolder(routing, { kind: 'bot', id: 'keyword' })).toEqual({ kind: 'queue' })
  })

  it('falls to people when it is empty or no longer knows the holder', () => {
    expect(firstHolder([])).toEqual({ kind: 'queue' })
    expect(nextHolder(routing, { kind: 'bot', id: 'removed' })).toEqual({ kind: 'queue' })
    expect(nextHolder(routing, { kind: 'none' })).toEqual({ kind: 'queue' })
  })

  it('takes a named target as it is', () => {
    expect(resolveTarget(routing, { kind: 'queue' }, { kind: 'bot', id: 'flow' })).toEqual({ kind: 'bot', id: 'flow' })
  })
})

describe('what a contact writes', () => {
  it('is heard by the backend that has the floor, and nobody waits for a person', () => {
    const decision = applied(
      arrived(conversationWith({ holder: { kind: 'bot', id: 'flow' }, term: 1 }), routing, { ...message, at: 5 }),
    )
    expect(decision.deliveries).toEqual([{ lane: backendLane('flow', 'v1'), target: 'backend:flow', entry: 0 }])
    expect(decision.waitingSince).toBeUndefined()
  })

  it('asks nobody to answer what a robot wrote, and lets nobody wait for it', () => {
    const closed = conversationWith({ holder: { kind: 'bot', id: 'flow' }, term: 1 }, { status: 'closed' })
    const decision = applied(arrived(closed, routing, { ...message, at: 5, automatic: true }))
    expect(decision).toEqual({ entries: [{ body: message.body }] })
  })

  it('lets a person wait for what people may want to read of a robot, and asks no backend', () => {
    const held = conversationWith({ holder: { kind: 'bot', id: 'flow' }, term: 1 })
    const listed = { ...message, at: 5, automatic: 'people' as const }
    const decision = applied(arrived(held, routing, listed))
    expect(decision).toMatchObject({ floor: { holder: { kind: 'queue' }, term: 2 }, waitingSince: 5, deliveries: [] })
    expect(decision.cancel).toEqual([backendLane('flow', 'v1')])
    const again = applied(
      arrived({ ...held, floor: { holder: { kind: 'queue' }, term: 2 }, waitingSince: 5 }, routing, listed),
    )
    expect(again).toEqual({ entries: [{ body: message.body }], deliveries: [] })
    const closed = conversationWith({ holder: { kind: 'none' }, term: 4 }, { status: 'closed' })
    expect(applied(arrived(closed, routing, listed))).toMatchObject({ status: 'open', waitingSince: 5, deliveries: [] })
  })

  it('is heard by no backend when somebody else wrote it, and waits for people', () => {
    const from = outsider('mallory@evil.test', { unproven: true })
    const held = conversationWith({ holder: { kind: 'bot', id: 'flow' }, term: 1 })
    const closed = conversationWith({ holder: { kind: 'none' }, term: 4 }, { status: 'closed' })
    for (const before of [held, closed]) {
      const decision = applied(arrived(before, routing, { ...message, from, at: 5 }))
      expect(decision).toMatchObject({ floor: { holder: { kind: 'queue' } }, waitingSince: 5, deliveries: [] })
    }
    const rating = { from, body: { kind: 'rating' as const, scale: 'csat' as const, score: 1 } }
    expect(applied(arrived(held, routing, { ...rating, at: 5 })).deliveries).toEqual([])
  })

  it('is owed to the holder of the floor when the contact wrote it, and to none when somebody else did', () => {
    const floor = { holder: { kind: 'bot' as const, id: 'flow' }, term: 1 }
    const event = (from: Entry['from'], body: Entry['body']) => {
      const entry = { conversation: 'v1', seq: 4, key: 'k', at: 5, from, body }
      return { id: 'v1:4', position: 1, site: 'shop', conversation: 'v1', contact: 'c1', entry, floor }
    }
    const contact = { kind: 'contact' as const, id: 'c1' }
    expect(isOwedTo(event(contact, message.body), 'flow')).toBe(true)
    expect(isOwedTo(event(outsider('mallory@evil.test'), message.body), 'flow')).toBe(false)
    expect(isToldTo(event(contact, { kind: 'stop' }), 'flow')).toBe(true)
    expect(isToldTo(event(outsider('mallory@evil.test'), { kind: 'stop' }), 'flow')).toBe(false)
  })

  it('starts the waiting time once when people have the floor', () => {
    const queued = conversationWith({ holder: { kind: 'queue' }, term: 2 })
    expect(applied(arrived(queued, routing, { ...message, at: 5 }))).toMatchObject({ waitingSince: 5, deliveries: [] })
    const waiting = { ...queued, waitingSince: 5 }
    expect(applied(arrived(waiting, routing, { ...message, at: 9 })).waitingSince).toBeUndefined()
  })

  it('opens a closed conversation again at the head of the chain', () => {
    const closed = conversationWith({ holder: { kind: 'none' }, term: 4 }, { status: 'closed' })
    const decision = applied(arrived(closed, routing, { ...message, at: 5 }))
    expect(decision.floor).toEqual({ holder: { kind: 'bot', id: 'flow' }, term: 5 })
    expect(decision.entries.map(({ body }) => body.kind)).toEqual(['message', 'status', 'handoff'])
    expect(decision.deliveries).toHaveLength(1)
  })

  it('leaves a closed conversation closed when it is only a rating', () => {
    const closed = conversationWith({ holder: { kind: 'none' }, term: 4 }, { status: 'closed' })
    const rating = { body: { kind: 'rating' as const, scale: 'csat' as const, score: 5 }, at: 5 }
    const decision = applied(arrived(closed, routing, rating))
    expect(decision.status).toBeUndefined()
    expect(decision.entries).toHaveLength(1)
  })
})

describe('a hand-off', () => {
  it('grows the term, cancels what the old backend still had to do and tells the new one', () => {
    const held = conversationWith({ holder: { kind: 'bot', id: 'flow' }, term: 1 })
    const decision = applied(
      handedOff(held, { from: { kind: 'bot', id: 'flow' }, to: { kind: 'bot', id: 'keyword' }, at: 7 }),
    )
    expect(decision.floor).toEqual({ holder: { kind: 'bot', id: 'keyword' }, term: 2 })
    expect(decision.cancel).toEqual([backendLane('flow', 'v1')])
    expect(decision.deliveries).toEqual([{ lane: backendLane('keyword', 'v1'), target: 'backend:keyword', entry: 0 }])
  })

  it('to people starts the waiting time and keeps one that runs', () => {
    const held = conversationWith({ holder: { kind: 'bot', id: 'flow' }, term: 1 })
    const toQueue = { from: { kind: 'bot' as const, id: 'flow' }, to: { kind: 'queue' as const }, at: 7 }
    expect(applied(handedOff(held, toQueue)).waitingSince).toBe(7)
    expect(applied(handedOff({ ...held, waitingSince: 3 }, toQueue)).waitingSince).toBe(3)
  })
})

describe('a stop', () => {
  const bot = { kind: 'bot' as const, id: 'flow' }
  const talking = conversationWith({ holder: bot, term: 4 })
  const stop = { body: { kind: 'stop' as const }, at: 5, channel: 'web' }
  const shown = [
    { from: bot, key: 'a', text: 'It is' },
    { from: bot, key: 'b', text: ' \n' },
    { from: { kind: 'agent' as const, id: 'ada' }, key: 'c', text: 'I think' },
  ]

  it('keeps what the holder had shown, under its key, and the floor where it is at a new term', () => {
    const decision = applied(arrived(talking, routing, { ...stop, stops: { shown } }))
    expect(decision.entries).toEqual([
      { from: bot, key: 'a', body: { kind: 'message', parts: [{ kind: 'text', text: 'It is', format: 'markdown' }] } },
      { channel: 'web', body: { kind: 'stop' } },
      {
        from: { kind: 'system', id: 'relay' },
        body: { kind: 'handoff', floor: { holder: bot, term: 5 }, reason: 'the contact pressed stop' },
      },
    ])
    expect(decision.main).toBe(1)
    expect(decision.floor).toEqual({ holder: bot, term: 5 })
  })

  it('calls off what the holder was still to be asked, and tells it of the stop alone, beside what it is busy with', () => {
    const decision = applied(arrived(talking, routing, { ...stop, stops: { shown: [] } }))
    expect(decision.cancel).toEqual([backendLane('flow', 'v1')])
    expect(decision.deliveries).toEqual([{ lane: stopLane('flow', 'v1'), target: 'backend:flow', entry: 0 }])
  })

  it('is only written down when nothing is being answered, or a person has the floor', () => {
    const only = { entries: [{ channel: 'web', body: { kind: 'stop' } }] }
    expect(arrived(talking, routing, stop)).toEqual(only)
    const person = conversationWith({ holder: { kind: 'agent', id: 'ada' }, term: 4 })
    expect(arrived(person, routing, { ...stop, stops: { shown } })).toEqual(only)
    const closed = conversationWith({ holder: { kind: 'none' }, term: 4 }, { status: 'closed' })
    expect(arrived(closed, routing, { ...stop, stops: { shown: [] } })).toEqual(only)
  })
})
