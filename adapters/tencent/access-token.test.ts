import { HutongError } from '@hutong/core/errors'
import { createMemoryHost, type MemoryHost } from '@hutong/core/memory'
import { beforeEach, describe, expect, test } from 'vitest'
import { type AccessToken, createAccessToken } from './access-token.ts'

const MINUTE = 60_000
const TWO_HOURS = 120 * MINUTE

/** The platform's side: one token, the same one while it is valid, and how often it was asked. */
interface Platform {
  asked: boolean[]
  token: string
  expiresIn: number
  failure: HutongError | undefined
  /** Whether it acts on a forced request, but its answer never arrives. */
  losesForced: boolean
}

let host: MemoryHost
let platform: Platform

beforeEach(() => {
  host = createMemoryHost({ channel: 'wechat', now: 1_750_000_000_000 })
  platform = { asked: [], token: 'first', expiresIn: 7_200, failure: undefined, losesForced: false }
})

const turn = () => new Promise((resolve) => setImmediate(resolve))

async function request(force: boolean): Promise<{ token: string; expiresIn: number }> {
  platform.asked.push(force)
  for (let count = 0; count < 10; count += 1) await turn()
  if (platform.failure) throw platform.failure
  if (force && platform.losesForced) throw new HutongError('unreachable', 'the answer was lost')
  if (force) platform.token = `forced-${platform.asked.length}`
  return { token: platform.token, expiresIn: platform.expiresIn }
}

/** A node of the relay: all of them share state, leases and clock. */
const node = (wait: (ms: number) => Promise<void> = async () => void (await turn())): AccessToken =>
  createAccessToken({ host, name: 'main', request, wait })
const fourNodes = () => [node(), node(), node(), node()]
const fiftyTimes = <T>(nodes: readonly AccessToken[], ask: (one: AccessToken) => Promise<T>) =>
  Promise.all(nodes.flatMap((one) => Array.from({ length: 50 }, () => ask(one))))

describe('current', () => {
  test('200 at once on four nodes ask the platform once, at first and whenever the token has ended', async () => {
    const nodes = fourNodes()
    expect(new Set(await fiftyTimes(nodes, (one) => one.current()))).toEqual(new Set(['first']))
    expect(platform.asked).toEqual([false])
    host.clock.advance(TWO_HOURS)
    platform.token = 'second'
    expect(new Set(await fiftyTimes(nodes, (one) => one.current()))).toEqual(new Set(['second']))
    expect(platform.asked).toEqual([false, false])
  })

  test('a token is kept until five minutes before its end', async () => {
    const one = node()
    await one.current()
    platform.token = 'second'
    host.clock.advance(TWO_HOURS - 5 * MINUTE - 1)
    expect(await one.current()).toBe('first')
    host.clock.advance(1)
    expect(await one.current()).toBe('second')
  })

  test('a node that starts later takes the token of the others', async () => {
    await node().current()
    expect(await node().current()).toBe('first')
    expect(platform.asked).toHaveLength(1)
  })

  test('nobody waits for a renewal while the token before is valid', async () => {
    const [first, second] = [node(), node(() => Promise.reject(new Error('waited')))]
    await Promise.all([first.current(), turn()])
    await second.current()
    host.clock.advance(TWO_HOURS - MINUTE)
    platform.token = 'second'
    const renewing = first.current()
    for (let count = 0; count < 5; count += 1) await turn()
    expect(await second.current()).toBe('first')
    expect(await renewing).toBe('second')
  })

  test('a node that gets its turn after another has asked takes what that one got', async () => {
    const first = node()
    const lease: MemoryHost['lease'] = async (...wanted) => {
      await first.current()
      return host.lease(...wanted)
    }
    const second = createAccessToken({ host: { state: host.state, clock: host.clock, lease }, name: 'main', request })
    expect(await second.current()).toBe('first')
    expect(platform.asked).toHaveLength(1)
  })

  test('200 at once on one node read the shared state no oftener than one', async () => {
    let reads = 0
    const get = (key: string) => {
      reads += 1
      return host.state.get(key)
    }
    const counted = { ...host, state: { ...host.state, get } }
    const one = createAccessToken({ host: counted, name: 'main', request })
    await Promise.all(Array.from({ length: 200 }, () => one.current()))
    expect(reads).toBe(2)
  })

  test('when the one that asks dies, another asks after half a minute', async () => {
    await host.lease('access-token:main', 30_000)
    const started = host.clock.now()
    const one = node(async (ms) => host.clock.advance(ms))
    expect(await one.current()).toBe('first')
    expect(host.clock.now() - started).toBe(30_000)
  })

  test('a platform that is down does no harm while the token is valid, and is asked every ten seconds', async () => {
    const one = node()
    await one.current()
    host.clock.advance(TWO_HOURS - MINUTE)
    platform.failure = new HutongError('unreachable', 'down')
    for (let count = 0; count < 5; count += 1) expect(await one.current()).toBe('first')
    expect(platform.asked).toHaveLength(2)
    host.clock.advance(10_000)
    expect(await one.current()).toBe('first')
    expect(platform.asked).toHaveLength(3)
    host.clock.advance(MINUTE)
    await expect(one.current()).rejects.toThrow('down')
  })

  test('a platform that gives the same token until its end is not asked at every call', async () => {
    platform.expiresIn = 120
    const nodes = fourNodes()
    await fiftyTimes(nodes, (one) => one.current())
    await fiftyTimes(nodes, (one) => one.current())
    expect(platform.asked).toHaveLength(1)
    host.clock.advance(10_000)
    await fiftyTimes(nodes, (one) => one.current())
    expect(platform.asked).toHaveLength(2)
  })
})

describe('refused', () => {
  test('200 refusals on four nodes ask the platform once', async () => {
    const nodes = fourNodes()
    await fiftyTimes(nodes, (one) => one.current())
    platform.token = 'second'
    expect(new Set(await fiftyTimes(nodes, (one) => one.refused('first')))).toEqual(new Set(['second']))
    expect(platform.asked).toEqual([false, false])
  })

  test('200 refusals of the token that the platform gives again force one new token', async () => {
    const nodes = fourNodes()
    await fiftyTimes(nodes, (one) => one.current())
    expect(new Set(await fiftyTimes(nodes, (one) => one.refused('first')))).toEqual(new Set(['forced-3']))
    expect(platform.asked).toEqual([false, false, true])
    expect(await node().current()).toBe('forced-3')
  })

  test('a token that another node has replaced already is found without asking', async () => {
    const [first, second] = [node(), node()]
    await fiftyTimes([first, second], (one) => one.current())
    await first.refused('first')
    const asked = platform.asked.length
    expect(await second.refused('first')).toBe('forced-3')
    expect(platform.asked).toHaveLength(asked)
  })

  test('new tokens are forced thirty seconds apart at least', async () => {
    const one = node()
    const forced = await one.refused(await one.current())
    await expect(one.refused(forced)).rejects.toMatchObject({ code: 'throttled', retryAfter: 30_000 })
    host.clock.advance(30_000)
    expect(await one.refused(forced)).not.toBe(forced)
  })

  test('new tokens are forced fifteen times a day at most, of the twenty that WeChat allows', async () => {
    const one = node()
    let token = await one.current()
    for (let count = 0; count < 15; count += 1) {
      token = await one.refused(token)
      host.clock.advance(MINUTE)
    }
    await expect(one.refused(token)).rejects.toMatchObject({ code: 'throttled' })
    host.clock.advance(24 * 60 * MINUTE)
    expect(await one.refused(token)).not.toBe(token)
  })

  test('new tokens are forced thirty seconds apart and fifteen times a day even when their answers are lost, on whichever node', async () => {
    platform.losesForced = true
    const nodes = fourNodes()
    const forcedWithin = async (seconds: number) => {
      const before = platform.asked.filter((force) => force).length
      for (let second = 0; second < seconds; second += 1) {
        await Promise.allSettled(nodes.map((one) => one.refused('first')))
        host.clock.advance(1_000)
      }
      return platform.asked.filter((force) => force).length - before
    }
    await nodes[0]?.current()
    expect(await forcedWithin(60)).toBe(2)
    expect(await forcedWithin(600)).toBe(13)
  })

  test('a clock that is set back a day does not stop new tokens from being forced', async () => {
    const one = node()
    const forced = await one.refused(await one.current())
    host.clock.advance(-24 * 60 * MINUTE)
    expect(await one.refused(forced)).not.toBe(forced)
  })
})
