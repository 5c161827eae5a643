import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Proof } from './store.ts'
import { applied, type MakeStore, NOW, opening, type StoreBench, say } from './store-bench.ts'

const proof: Proof = {
  id: 'p_1',
  channel: 'mail',
  contact: 'c_ada',
  site: 'shop',
  address: 'ada@example.com',
  salt: 'salt',
  hash: 'hash',
  until: NOW + 100,
}
const { channel, contact, site } = proof
const limit = { now: NOW, most: 5 }

/** What a store promises of codes that are under way. */
export function testProofs(make: MakeStore): void {
  let bench: StoreBench
  const get = () => bench.store
  beforeEach(async () => {
    bench = await make()
    await get().migrate()
  })
  afterEach(() => bench.destroy())

  it('finds a code again after a crash, with the tries that were made', async () => {
    await get().openProof(proof)
    for (let tries = 0; tries < 4; tries += 1) await get().tryProof(proof, limit)
    const later = await bench.reopen()
    expect(await later.tryProof(proof, limit)).toEqual({ ...proof, used: false })
    expect(await later.tryProof(proof, limit)).toBeUndefined()
  })

  it('counts tries made at once one by one', async () => {
    await get().openProof(proof)
    const tries = await Promise.all(Array.from({ length: 12 }, () => get().tryProof(proof, limit)))
    expect(tries.filter((found) => found !== undefined)).toHaveLength(5)
  })

  it('has no code for another contact, another site, another channel, or later than its time', async () => {
    await get().openProof(proof)
    expect(await get().tryProof({ channel, site, contact: 'c_bob' }, limit)).toBeUndefined()
    expect(await get().tryProof({ channel, contact, site: 'other' }, limit)).toBeUndefined()
    expect(await get().tryProof({ contact, site, channel: 'sms' }, limit)).toBeUndefined()
    expect(await get().tryProof(proof, { ...limit, now: NOW + 100 })).toBeUndefined()
    expect(await get().tryProof(proof, limit)).toMatchObject({ id: 'p_1' })
  })

  it('lets a code be used up once', async () => {
    await get().openProof(proof)
    expect(await Promise.all([get().useProof('p_1'), get().useProof('p_1')])).toEqual([true, false])
    for (let tries = 0; tries < 9; tries += 1) expect(await get().tryProof(proof, limit)).toMatchObject({ used: true })
  })

  it('forgets the older code when there is a newer one', async () => {
    await get().openProof(proof)
    await get().openProof({ ...proof, id: 'p_2', hash: 'other' })
    expect(await get().tryProof(proof, limit)).toMatchObject({ id: 'p_2', hash: 'other', used: false })
    expect(await get().useProof('p_1')).toBe(false)
  })

  it('lets a limit be used so often and not more, by whomever, at once too', async () => {
    const within = { now: NOW, until: NOW + 60, most: 3 }
    const spent = await Promise.all(
      Array.from({ length: 5 }, (_, index) => get().spend(['ada', `visitor${index}`], within)),
    )
    expect(spent).toEqual([undefined, undefined, undefined, NOW + 60, NOW + 60])
    expect(await get().spend(['visitor4'], { ...within, most: 1 })).toBeUndefined()
    expect(await get().spend(['ada'], { ...within, now: NOW + 60 })).toBeUndefined()
  })

  it('keeps nothing of codes, limits and deliveries whose time is over', async () => {
    await get().openProof(proof)
    await get().spend(['ada', 'bob'], { now: NOW, until: NOW + 200, most: 3 })
    const deliveries = [{ lane: 'mail', target: 'channel:mail', entry: 0, address: 'ada@example.com' }]
    await applied(get(), say({ key: 'k', to: opening(), decision: { deliveries } }))
    const [delivery] = await get().claim({ owner: 'node', now: Date.now(), leaseMs: 1_000, limit: 1 })
    const id = String(delivery?.id)
    await get().set('sent', id, [])
    expect(await get().purge(NOW + 99)).toBe(0)
    expect(await get().purge(NOW + 100)).toBe(1)
    expect(await get().purge(NOW + 200)).toBe(2)
    expect(await get().get('sent', id)).toEqual([])
    await get().settle(delivery?.id ?? 0, 'node', { state: 'done' })
    expect(await get().purge(NOW + 200)).toBe(1)
    expect(await get().get('sent', id)).toBeUndefined()
  })
}
