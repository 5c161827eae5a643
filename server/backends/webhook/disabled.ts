import { z } from 'zod'
import type { SmallStore } from '../../stores/store.ts'

/** Where it stands in a backend's state that its other end wants no more events. */
export const DISABLED = 'disabled'

const disabled = z.object({ since: z.int(), why: z.string() })
export type Disabled = z.infer<typeof disabled>

/** Since when and why a backend is brought nothing; undefined for one that is. */
export async function readDisabled(store: Pick<SmallStore, 'get'>, backend: string): Promise<Disabled | undefined> {
  return disabled.optional().parse(await store.get(`backend:${backend}`, DISABLED))
}
