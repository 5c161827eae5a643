import { createMemoryHost } from '@hutong/core/memory'
import { expect, test } from 'vitest'
import { createQuota, type Occasion } from './quota.ts'

const HOUR = 3_600_000

function stand() {
  const host = createMemoryHost()
  const quota = createQuota(host)
  const opened = (occasion: Occasion, native = '1') =>
    quota.open('o_lin', { occasion, native, at: host.clock.now() }, async (entry) => {
      if (entry) await host.state.set(entry.key, entry.value)
    })
  const taken = async (times: number) => {
    const codes: string[] = []
    for (let time = 0; time < times; time += 1)
      codes.push(
        await quota.take('o_lin').then(
          () => 'ok',
          (thrown: { code: string }) => thrown.code,
        ),
      )
    return codes
  }
  return { host, quota, opened, taken }
}

test('a message lets five answers through within 48 hours, and it is known beforehand how many are left and until when', async () => {
  const { host, quota, opened, taken } = stand()
  await opened('message')
  const until = host.clock.now() + 48 * HOUR
  expect(await quota.standing('o_lin')).toEqual({ open: true, left: 5, until })
  expect(await taken(6)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'quota'])
  expect(await quota.standing('o_lin')).toMatchObject({ open: false, code: 'quota' })
  host.clock.advance(48 * HOUR)
  expect(await quota.standing('o_lin')).toMatchObject({ open: false, code: 'window_closed' })
  await opened('message', '2')
  expect(await quota.standing('o_lin')).toMatchObject({ open: true, left: 5 })
})

test('what ends first is used first, and nothing is promised beyond its end', async () => {
  const { host, quota, opened, taken } = stand()
  await opened('message')
  await opened('scan')
  const until = host.clock.now() + 48 * HOUR
  const sooner = { left: 3, until: host.clock.now() + 60_000 }
  expect(await quota.standing('o_lin')).toEqual({ open: true, left: 8, until, sooner })
  expect(await taken(3)).toEqual(['ok', 'ok', 'ok'])
  expect(await quota.standing('o_lin')).toEqual({ open: true, left: 5, until })
  host.clock.advance(60_000)
  expect(await quota.standing('o_lin')).toMatchObject({ open: true, left: 5 })
})

test('a count that is used up lends its end to no other', async () => {
  const { host, quota, opened, taken } = stand()
  await opened('message')
  expect(await taken(5)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok'])
  await opened('menu')
  expect(await quota.standing('o_lin')).toEqual({ open: true, left: 3, until: host.clock.now() + 60_000 })
})

test('a push that comes again begins nothing anew', async () => {
  const { quota, opened, taken } = stand()
  await opened('message')
  await taken(2)
  await opened('message')
  expect(await quota.standing('o_lin')).toMatchObject({ left: 3 })
})

test('the count is the same after a restart, and many at once take no more than there are', async () => {
  const { host, quota, opened } = stand()
  await opened('message')
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => quota.take('o_lin')))
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(5)
  expect(await createQuota(host).standing('o_lin')).toMatchObject({ open: false, code: 'quota' })
})

test('what was refused after all is given back', async () => {
  const { quota, opened } = stand()
  await opened('message')
  const giveBack = await quota.take('o_lin')
  await giveBack()
  expect(await quota.standing('o_lin')).toMatchObject({ left: 5 })
})

test('what was refused after the customer wrote again is not added to what that message lets through', async () => {
  const { host, quota, opened } = stand()
  await opened('message')
  const giveBack = await quota.take('o_lin')
  await opened('message', '2')
  await giveBack()
  expect(await quota.standing('o_lin')).toMatchObject({ left: 5 })
  const late = await quota.take('o_lin')
  host.clock.advance(HOUR)
  await opened('message', '3')
  await late()
  expect(await quota.standing('o_lin')).toMatchObject({ left: 5 })
})

test('the platform is right where it counts otherwise, and alone knows about strangers', async () => {
  const { quota, opened, taken } = stand()
  expect(await quota.standing('o_lin')).toEqual({ open: true })
  expect(await taken(1)).toEqual(['ok'])
  for (const code of ['quota', 'window_closed', 'gone'] as const) {
    await opened('message', code)
    await quota.correct('o_lin', code)
    expect(await quota.standing('o_lin')).toMatchObject({ open: false, code })
  }
  await opened('follow', 'back')
  expect(await quota.standing('o_lin')).toMatchObject({ open: true, left: 3 })
  await quota.correct('o_stranger', 'quota')
  expect(await quota.standing('o_stranger')).toMatchObject({ open: false, code: 'quota' })
})

test('whoever leaves gets nothing, unless the platform tells of it after the return', async () => {
  const { host, quota, opened, taken } = stand()
  await opened('message')
  await quota.leave('o_lin', host.clock.now())
  expect(await taken(1)).toEqual(['gone'])
  host.clock.advance(1_000)
  await opened('follow', 'back')
  await quota.leave('o_lin', host.clock.now() - 1_000)
  expect(await taken(1)).toEqual(['ok'])
})

test('an agent reads what the customer did, and how many answers that allowed for how long', async () => {
  const { host, quota, opened, taken } = stand()
  const reason = async () => {
    const standing = await quota.standing('o_lin')
    return standing.open ? '' : standing.reason
  }
  await opened('menu')
  await taken(3)
  expect(await reason()).toMatch(/three messages in the minute after a tap.*all are used/)
  host.clock.advance(60_000)
  expect(await reason()).toMatch(/in the minute after a tap.*time is over/)
  await opened('message')
  await taken(5)
  expect(await reason()).toMatch(/five messages in the 48 hours.*all are used/)
  host.clock.advance(48 * HOUR)
  expect(await reason()).toMatch(/48 hours.*time is over/)
})
