import { z } from 'zod'

/** Ids of channels and keys of sites, as settings name them. */
export const channelId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, {
  error: 'must be 1 to 64 letters, digits, "-" or "_"',
})
