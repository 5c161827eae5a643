/**
 * What a source yields, the newest at most once in `ms`, so that a burst is one and the last is never held back for longer. Leaving it
 * stops the source, whatever that waits for.
 */
export async function* coalesce<T>(
  source: AsyncIterable<T>,
  { ms, stop }: { ms: number; stop: () => void },
): AsyncGenerator<T> {
  const reader = source[Symbol.asyncIterator]()
  let next = ask()
  try {
    for (let one = await take(); !one.done; one = await rested()) yield one.value
  } finally {
    stop()
    await Promise.allSettled([next])
  }

  /** A failure is kept for whoever takes it: it may come while nobody is waiting. */
  function ask(): Promise<IteratorResult<T>> {
    const asked = reader.next()
    asked.catch(() => undefined)
    return asked
  }

  async function take(): Promise<IteratorResult<T>> {
    const one = await next
    if (!one.done) next = ask()
    return one
  }

  /** The newest of what came while resting; the next one where nothing did. */
  async function rested(): Promise<IteratorResult<T>> {
    let newest: IteratorResult<T> | undefined
    const rest = new Promise<undefined>((resolve) => setTimeout(resolve, ms))
    while (true) {
      // A failure waits until what came before it was passed on.
      const one = await Promise.race([next.catch(() => undefined), rest])
      if (one === undefined || one.done) break
      newest = await take()
    }
    return newest ?? take()
  }
}
