import { describe, expect, it, onTestFinished } from 'vitest'
import { createPresence, type Presence } from './presence.ts'
import { openStaffRecord } from './staff-record.ts'
import { openTestRelay, quiet } from './test-relay.ts'

function open(grace: number) {
  const presence = createPresence({ grace })
  let changes = 0
  presence.onChange(() => {
    changes += 1
  })
  onTestFinished(presence.close)
  return { presence, changes: () => changes }
}

describe('an agent', () => {
  it('stays online while one of several windows is open', async () => {
    const { presence, changes } = open(0)
    const [first, second] = [presence.enter('anna'), presence.enter('anna')]
    first()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect([presence.online('anna'), changes()]).toEqual([true, 1])
    second()
    await expect.poll(() => presence.online('anna')).toBe(false)
    expect(changes()).toBe(2)
  })

  it('is not away for the moment of a reload', async () => {
    const { presence, changes } = open(30)
    presence.enter('anna')()
    const leave = presence.enter('anna')
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect([presence.staffed('shop'), changes()]).toEqual([true, 1])
    leave()
    leave()
    await expect.poll(() => presence.staffed('shop')).toBe(false)
  })
})

const settled = (presence: Presence) => new Promise<void>((resolve) => presence.onChange(resolve))

describe('after a restart', () => {
  it('those who were here count as on their way until they had time to come back', async () => {
    const presence = createPresence({ comeBack: 30, expected: true })
    onTestFinished(presence.close)
    expect(presence.staffed('shop')).toBe(true)
    await settled(presence)
    expect(presence.staffed('shop')).toBe(false)
  })

  it('nobody counts as on the way when nobody was here', async () => {
    const presence = createPresence({ comeBack: 5 })
    onTestFinished(presence.close)
    expect(presence.staffed('shop')).toBe(false)
    await settled(presence)
    expect(presence.staffed('shop')).toBe(false)
  })

  it('one of those who came back may leave at once without telling that nobody will come', async () => {
    const notes: boolean[] = []
    const presence = createPresence({ grace: 0, comeBack: 60, expected: true, note: (here) => notes.push(here) })
    onTestFinished(presence.close)
    const gone = settled(presence)
    presence.enter('anna')()
    await gone
    await settled(presence)
    expect([presence.staffed('shop'), notes]).toEqual([true, [true]])
    await settled(presence)
    expect([presence.staffed('shop'), notes]).toEqual([false, [true, false]])
  })
})

it('takes nobody for gone whom the relay itself leaves', async () => {
  const notes: boolean[] = []
  const presence = createPresence({ grace: 0, note: (here) => notes.push(here) })
  onTestFinished(presence.close)
  const leave = presence.enter('anna')
  presence.hold()
  leave()
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect([presence.staffed('shop'), notes]).toEqual([true, [true]])
})

it('expects those back who were here when the relay was last heard of, unless that is long ago or they had left', async () => {
  const { store, close } = await openTestRelay()
  onTestFinished(close)
  let now = 1_000_000
  const open = () => openStaffRecord({ store, clock: { now: () => now }, logger: quiet })
  const first = await open()
  expect(first.expected).toBe(false)
  first.note(true)
  await first.close()
  now += 60_000
  const second = await open()
  expect(second.expected).toBe(true)
  now += 3_600_000
  expect((await open()).expected).toBe(false)
  second.note(true)
  second.note(false)
  await second.close()
  expect((await open()).expected).toBe(false)
})
