import type { Event } from '@hutong/core/backend'
import type { Body } from '@hutong/core/entry'
import { expect, it } from 'vitest'
import { createSeats, type Seat } from './seats.ts'

const HELLO: Body = { kind: 'message', parts: [{ kind: 'text', text: 'hello', format: 'plain' }] }
const eventOf = (conversation: string, site = 'shop', body: Body = HELLO): Event => ({
  id: `${conversation}:${body.kind}`,
  position: 1,
  site,
  conversation,
  contact: 'c',
  entry: { conversation, seq: 1, key: 'k', at: 0, from: { kind: 'contact', id: 'c' }, body },
  floor: { holder: { kind: 'bot', id: 'faq' }, term: 1 },
})

/** A connection that acknowledges when it is told to. */
function seatOf(credit = 256, sites = ['shop']) {
  const heard: { event: Event; acknowledge: (said: unknown) => void }[] = []
  let ends = 0
  const seat: Seat = {
    credit,
    enters: (site) => sites.includes(site),
    send: (event, signal, acknowledged) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
        heard.push({
          event,
          acknowledge(said) {
            acknowledged()
            resolve(said)
          },
        })
      }),
    end: () => void ends++,
  }
  return { seat, heard, ended: () => ends }
}

function open(overdueMs = 60_000, stuckMs = 60_000) {
  return createSeats({
    name: 'faq',
    overdueMs,
    stuckMs,
    read(said) {
      if (said === 'nonsense') throw new Error('no answer')
      return said
    },
  })
}
const OVERDUE = 60
const rest = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const namesOf = ({ heard }: ReturnType<typeof seatOf>) => heard.map(({ event }) => event.conversation)
const calm = new AbortController().signal
const settle = () => new Promise((resolve) => setTimeout(resolve, 0))

it('brings events to the connection with the fewest under way, whatever credit another gives', async () => {
  const seats = open()
  const [large, small] = [seatOf(256), seatOf(8)]
  for (const { seat } of [large, small]) seats.sit(seat)
  for (let at = 0; at < 6; at++) seats.bring(eventOf(`v${at}`), calm)
  await settle()
  expect([large.heard.length, small.heard.length]).toEqual([3, 3])
})

it('brings nothing to a connection that let time run out while another is well, until it acknowledges something', async () => {
  const seats = open()
  const [hung, well] = [seatOf(), seatOf()]
  seats.sit(hung.seat)
  const patience = new AbortController()
  const first = seats.bring(eventOf('a'), patience.signal)
  await settle()
  seats.sit(well.seat)
  patience.abort(new Error('time is up'))
  await expect(first).rejects.toThrow('time is up')
  for (const one of ['b', 'c', 'd']) seats.bring(eventOf(one), calm)
  await settle()
  expect([hung.heard.length, well.heard.length]).toEqual([1, 3])
  hung.heard[0]?.acknowledge({})
  seats.bring(eventOf('e'), calm)
  await settle()
  expect(hung.heard.map(({ event }) => event.conversation)).toEqual(['a', 'e'])
})

it('brings what failed at one connection to another, and to the same one when there is none', async () => {
  const seats = open()
  const [odd, other] = [seatOf(), seatOf()]
  seats.sit(odd.seat)
  for (const time of [1, 2]) {
    const tried = seats.bring(eventOf('a'), calm)
    await settle()
    odd.heard.at(-1)?.acknowledge('nonsense')
    await expect(tried).rejects.toThrow('no answer')
    expect(odd.heard).toHaveLength(time)
  }
  seats.sit(other.seat)
  seats.bring(eventOf('b'), calm)
  await settle()
  seats.bring(eventOf('c'), calm)
  seats.bring(eventOf('a'), calm)
  await settle()
  expect(other.heard.map(({ event }) => event.conversation)).toContain('a')
})

it('never brings a connection more than its credit, though nobody waits any more for what it has not acknowledged', async () => {
  const seats = open()
  const only = seatOf(2)
  seats.sit(only.seat)
  for (const one of ['a', 'b', 'c']) {
    const patience = new AbortController()
    const brought = seats.bring(eventOf(one), patience.signal)
    await settle()
    patience.abort(new Error('time is up'))
    await expect(brought).rejects.toThrow('time is up')
  }
  expect(namesOf(only)).toEqual(['a', 'b'])
  const next = seats.bring(eventOf('d'), calm)
  only.heard[0]?.acknowledge('too late')
  await settle()
  expect(namesOf(only)).toEqual(['a', 'b', 'd'])
  only.heard[2]?.acknowledge('in time')
  expect(await next).toBe('in time')
})

it('brings the same event again in the place that it holds', async () => {
  const seats = open()
  const only = seatOf(1)
  seats.sit(only.seat)
  for (const time of [1, 2]) {
    const patience = new AbortController()
    const brought = seats.bring(eventOf('a'), patience.signal)
    await settle()
    expect(only.heard).toHaveLength(time)
    patience.abort(new Error('time is up'))
    await expect(brought).rejects.toThrow('time is up')
  }
  only.heard[0]?.acknowledge('too late')
  seats.bring(eventOf('b'), calm)
  await settle()
  expect(namesOf(only)).toEqual(['a', 'a', 'b'])
})

it('brings a stop to the connection that is busy with what it stops, whatever its credit and however overdue', async () => {
  const seats = open(OVERDUE)
  const [busy, idle] = [seatOf(1), seatOf(1)]
  seats.sit(busy.seat)
  const answer = seats.bring(eventOf('a'), calm)
  await settle()
  await rest(OVERDUE * 1.5)
  seats.sit(idle.seat)
  await settle()
  expect(namesOf(idle)).toEqual(['a'])
  idle.heard[0]?.acknowledge('from the twin')
  await answer
  const stop = seats.bring(eventOf('a', 'shop', { kind: 'stop' }), calm)
  await settle()
  expect(busy.heard.map(({ event }) => event.entry.body.kind)).toEqual(['message', 'stop'])
  busy.heard[1]?.acknowledge('stopped')
  expect(await stop).toBe('stopped')
  seats.bring(eventOf('b'), calm)
  await settle()
  expect(namesOf(idle)).toEqual(['a', 'a', 'b'])
})

it('holds no place for a stop', async () => {
  const seats = open()
  const only = seatOf(1)
  seats.sit(only.seat)
  seats.bring(eventOf('a', 'shop', { kind: 'stop' }), calm)
  seats.bring(eventOf('b'), calm)
  await settle()
  expect(namesOf(only)).toEqual(['a', 'b'])
})

it('hangs up on a connection that is full and acknowledges nothing, and on no other', async () => {
  const STUCK = 80
  const seats = open(60_000, STUCK)
  const [forgetful, slow, roomy] = [seatOf(1), seatOf(1), seatOf(2)]
  for (const { seat } of [forgetful, slow, roomy]) seats.sit(seat)
  for (const one of ['a', 'b', 'c']) seats.bring(eventOf(one), calm)
  await settle()
  await rest(STUCK / 2)
  slow.heard[0]?.acknowledge('at last')
  await rest(STUCK * 2)
  expect([forgetful, slow, roomy].map(({ ended }) => ended())).toEqual([1, 0, 0])
})

it('brings events only to connections that may enter their site, and is not connected for the others', async () => {
  const seats = open()
  const [shop, blog] = [seatOf(1, ['shop']), seatOf(1, ['blog'])]
  seats.sit(blog.seat)
  await expect(seats.bring(eventOf('a'), calm)).rejects.toThrow('faq is not connected for site shop')
  seats.sit(shop.seat)
  for (const one of ['a', 'b']) seats.bring(eventOf(one), calm)
  seats.bring(eventOf('c', 'blog'), calm)
  await settle()
  expect([shop.heard, blog.heard].map((all) => all.map(({ event }) => event.conversation))).toEqual([['a'], ['c']])
  shop.heard[0]?.acknowledge({})
  await settle()
  expect(shop.heard).toHaveLength(2)
})

it('brings what a connection leaves unacknowledged to its twin when that is overdue, and nothing new to it', async () => {
  const seats = open(OVERDUE)
  const [hung, well] = [seatOf(), seatOf()]
  for (const { seat } of [hung, well]) seats.sit(seat)
  const names = Array.from({ length: 10 }, (_, at) => `v${at}`)
  const answers = names.map((one) => seats.bring(eventOf(one), calm))
  await settle()
  for (const { acknowledge } of well.heard) acknowledge('from the twin')
  expect(namesOf(hung)).toHaveLength(5)
  await expect.poll(() => namesOf(well).toSorted()).toEqual(names)
  for (const { event } of hung.heard)
    expect(well.heard.find((one) => one.event.conversation === event.conversation)?.event).toEqual(event)
  for (const { acknowledge } of well.heard) acknowledge('from the twin')
  expect(await Promise.all(answers)).toEqual(names.map(() => 'from the twin'))
  for (let at = 10; at < 20; at++) seats.bring(eventOf(`v${at}`), calm)
  await settle()
  expect([hung.heard.length, well.heard.length]).toEqual([5, 20])
})

it('of ten events one after another brings a hung connection one', async () => {
  const seats = open()
  const [hung, well] = [seatOf(), seatOf()]
  for (const { seat } of [hung, well]) seats.sit(seat)
  for (let at = 0; at < 10; at++) {
    seats.bring(eventOf(`v${at}`), calm)
    await settle()
    well.heard.at(-1)?.acknowledge({})
  }
  await settle()
  expect([hung.heard.length, well.heard.length]).toEqual([1, 9])
})

it('takes the answer of whichever connection acknowledges first, and leaves one that is slow but at work its events', async () => {
  const seats = open(OVERDUE)
  const [first, second] = [seatOf(), seatOf()]
  seats.sit(first.seat)
  const answers = ['a', 'b'].map((one) => seats.bring(eventOf(one), calm))
  await settle()
  seats.sit(second.seat)
  await rest(OVERDUE * 0.7)
  first.heard[0]?.acknowledge('at work')
  await rest(OVERDUE * 0.7)
  expect(second.heard).toEqual([])
  await expect.poll(() => namesOf(second)).toEqual(['b'])
  first.heard[1]?.acknowledge('late, but first')
  second.heard[0]?.acknowledge('second')
  expect(await Promise.all(answers)).toEqual(['at work', 'late, but first'])
})

it('waits for a connection that is overdue when it is alone, brings its events to the next one that comes, and tells when it breaks', async () => {
  const seats = open(OVERDUE)
  const [hung, next] = [seatOf(), seatOf()]
  seats.sit(hung.seat)
  const alone = seats.bring(eventOf('a'), calm)
  await rest(OVERDUE * 2)
  hung.heard[0]?.acknowledge('nonsense')
  await expect(alone).rejects.toThrow('no answer')
  const brought = [seats.bring(eventOf('a'), calm)]
  await rest(OVERDUE * 2)
  brought.push(seats.bring(eventOf('b'), calm))
  seats.sit(next.seat)
  await settle()
  expect(namesOf(next)).toEqual(['a', 'b'])
  for (const { acknowledge } of next.heard) acknowledge('here')
  expect(await Promise.all(brought)).toEqual(['here', 'here'])
})

it('turns to a connection that is overdue when the other one, which is full, is overdue as well', async () => {
  const seats = open(OVERDUE)
  const [large, small] = [seatOf(), seatOf(1)]
  seats.sit(large.seat)
  seats.bring(eventOf('a'), calm)
  await rest(OVERDUE * 1.5)
  seats.sit(small.seat)
  await settle()
  seats.bring(eventOf('b'), calm)
  await settle()
  expect([namesOf(large), namesOf(small)]).toEqual([['a'], ['a']])
  await expect.poll(() => namesOf(large)).toEqual(['a', 'b'])
})
