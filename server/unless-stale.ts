import { HutongError } from '@hutong/core/errors'

export function isStale(error: unknown): boolean {
  return error instanceof HutongError && error.code === 'stale_floor'
}

/** For what is over when the floor has moved: nobody waits for it any more. */
export function unlessStale(error: unknown): void {
  if (!isStale(error)) throw error
}
