import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { coalesce } from './coalesce.ts'

async function* every(ms: number, count: number): AsyncIterable<number> {
  for (let index = 1; index <= count; index++) {
    await pause(ms)
    yield index
  }
}

describe('what comes in bursts', () => {
  it('is passed on at most once in the time, the newest of it, and the last', async () => {
    const at: number[] = []
    const seen: number[] = []
    for await (const one of coalesce(every(5, 60), { ms: 50, stop() {} })) {
      at.push(performance.now())
      seen.push(one)
    }
    expect(seen.at(-1)).toBe(60)
    expect(seen.length).toBeLessThan(20)
    // The last comes at once, as nothing follows it.
    for (const [index, time] of at.slice(1, -1).entries()) expect(time - (at[index] ?? 0)).toBeGreaterThan(45)
  })

  it('is not held back when nothing more comes', async () => {
    async function* once(): AsyncIterable<string> {
      yield 'first'
      yield 'second'
      await pause(2_000)
    }
    const started = performance.now()
    for await (const one of coalesce(once(), { ms: 30, stop() {} })) if (one === 'second') break
    expect(performance.now() - started).toBeLessThan(3_000)
  })

  it('fails when its source does, however busy the listener is meanwhile', async () => {
    async function* failing(): AsyncIterable<number> {
      yield 1
      await pause(5)
      throw new Error('cut')
    }
    const seen: number[] = []
    const listening = async () => {
      for await (const one of coalesce(failing(), { ms: 1, stop() {} })) {
        seen.push(one)
        await pause(60)
      }
    }
    await expect(listening()).rejects.toThrow('cut')
    expect(seen).toEqual([1])
  })

  it('stops its source when nobody listens any more', async () => {
    const left = new AbortController()
    async function* endless(): AsyncIterable<number> {
      yield 1
      await new Promise((resolve) => left.signal.addEventListener('abort', resolve, { once: true }))
    }
    const seen: number[] = []
    for await (const one of coalesce(endless(), { ms: 10, stop: () => left.abort() })) {
      seen.push(one)
      break
    }
    expect({ seen, stopped: left.signal.aborted }).toEqual({ seen: [1], stopped: true })
  })
})
