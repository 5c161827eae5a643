import { z } from 'zod'

/** Where it stands in a backend's state that its other end wants no more events. */
export const DISABLED = 'disabled'

export const disabled = z.object({ since: z.int(), why: z.string() })
export type Disabled = z.infer<typeof disabled>
