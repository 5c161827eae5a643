import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Store } from './store.ts'
import { applied, type MakeStore, NOW, opening, type StoreBench, say } from './store-bench.ts'

/** The promises about contacts that are one person. */
export function testLinks(make: MakeStore): void {
  let bench: StoreBench
  let store: Store
  beforeEach(async () => {
    bench = await make()
    store = bench.store
    await store.migrate()
  })
  afterEach(() => bench.destroy())

  const contact = async (address: string, site = 'shop') =>
    (await applied(store, say({ to: opening(address, { site }), key: `k-${address}` }))).conversation.contact
  const link = (one: string, other: string) => store.link(one, other, { by: 'a_anna', at: NOW })

  it('makes one person of contacts, however many, seen from each of them', async () => {
    const [a, b, c] = [await contact('a'), await contact('b'), await contact('c')]
    await link(a, b)
    await link(c, a)
    expect(await store.linked(a)).toEqual([b, c].toSorted())
    expect(await store.linked(b)).toEqual([a, c].toSorted())
    expect(await store.linked(c)).toEqual([a, b].toSorted())
  })

  it('undoes a link and leaves the others', async () => {
    const [a, b, c] = [await contact('a'), await contact('b'), await contact('c')]
    await link(a, b)
    await link(c, b)
    expect(await store.unlink(a, NOW + 1)).toBe(b)
    expect(await store.unlink(a, NOW + 2)).toBeUndefined()
    expect(await store.linked(a)).toEqual([])
    expect(await store.linked(b)).toEqual([c])
    await link(a, c)
    expect(await store.linked(a)).toEqual([b, c].toSorted())
  })

  it('refuses to merge a contact away that was merged into another one already', async () => {
    const [a, b, c] = [await contact('a'), await contact('b'), await contact('c')]
    await link(a, b)
    await expect(link(a, c)).rejects.toMatchObject({ code: 'conflict' })
    await link(c, a)
    expect(await store.linked(a)).toEqual([b, c].toSorted())
  })

  it('refuses to link what is one person already, unknown, or of another site', async () => {
    const [a, b, foreign] = [await contact('a'), await contact('b'), await contact('f', 'other')]
    await link(a, b)
    await expect(link(b, a)).rejects.toMatchObject({ code: 'conflict' })
    await expect(link(a, a)).rejects.toMatchObject({ code: 'not_found' })
    await expect(link(a, 'c_none')).rejects.toMatchObject({ code: 'not_found' })
    await expect(link(a, foreign)).rejects.toMatchObject({ code: 'not_found' })
  })
}
