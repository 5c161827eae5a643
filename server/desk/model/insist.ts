import { toHutongError } from '@hutong/core/errors'

const FIRST_MS = 500
const TRIES = 7

/** Does the work again, ever later, while it fails in a way that may pass; gives up after about half a minute. */
export async function insist(work: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const error = await work().then(
      () => undefined,
      (thrown: unknown) => toHutongError(thrown),
    )
    if (!error?.retryable) return
    await new Promise((resolve) => setTimeout(resolve, FIRST_MS * 2 ** tries))
  }
}
