import { setImmediate } from 'node:timers/promises'

/** How long everything else waits at a time, in milliseconds. */
const SLICE_MS = 8

/** Maps all of them one after another; whatever else waits for this process has its turn in between. */
export async function mapInSlices<T, R>(items: readonly T[], map: (item: T, at: number) => R): Promise<R[]> {
  const mapped: R[] = []
  let until = performance.now() + SLICE_MS
  for (const [at, item] of items.entries()) {
    mapped.push(map(item, at))
    if (performance.now() < until) continue
    await setImmediate()
    until = performance.now() + SLICE_MS
  }
  return mapped
}
