import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { manners, mannersFor } from './manners.ts'
import { type MannersBench, openManners } from './manners-bench.ts'
import { FIRST, type Guest, guests, QUESTION } from './test-guests.ts'

/** What a backend is let off, with the reason. A title that no manner has fails the run, and so does one that is kept after all. */
const EXCEPTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {}

it('the manners are forty-five or more, each with a title of its own', () => {
  expect(manners.length).toBeGreaterThanOrEqual(45)
  expect(new Set(manners.map(({ title }) => title)).size).toBe(manners.length)
})

it('every exception is from a manner that there is, for a backend that there is', () => {
  const titles = manners.map(({ title }) => title)
  const unknown = Object.entries(EXCEPTIONS).flatMap(([name, excepted]) =>
    Object.keys(excepted).filter((title) => !(name in guests) || !titles.includes(title)),
  )
  expect(unknown).toEqual([])
})

describe.each(Object.entries(guests))('the backend "%s"', (name, make) => {
  const behind = !FIRST.includes(name)
  const held = mannersFor({ behind })
  let guest: Guest
  let bench: MannersBench
  beforeAll(async () => {
    guest = await make()
    bench = await openManners({ backend: guest.backend, ask: guest.ask ?? QUESTION, behind })
    await guest.arrive?.(bench.stage)
  })
  afterAll(async () => {
    const excepted = Object.keys(EXCEPTIONS[name] ?? {}).length
    process.stdout.write(`${name}: ${held.length - excepted} of ${held.length} manners, ${excepted} let off\n`)
    await guest.close()
    await bench.close()
  })

  async function hold(title: string, run: (bench: MannersBench) => Promise<void>): Promise<void> {
    const reason = EXCEPTIONS[name]?.[title]
    if (reason === undefined) return run(bench)
    const broken = await run(bench).then(
      () => false,
      () => true,
    )
    expect(broken, `it is kept after all, so that "${reason}" is no reason any more`).toBe(true)
  }

  it.concurrent.each(held.filter(({ alone }) => !alone).map((one) => [one.title, one] as const))(
    '%s',
    async (title, { run }) => hold(title, run),
    60_000,
  )
  it.each(held.filter(({ alone }) => alone).map((one) => [one.title, one] as const))(
    '%s, with the relay to itself',
    async (title, { run }) => hold(title, run),
    60_000,
  )
})
