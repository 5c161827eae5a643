import { HutongError } from '@hutong/core/errors'

/** What of a connection tells whether it lives. */
interface Connection {
  stats(): { received: number }
  close(): void
}

/** How often within the limit it is looked at. */
const LOOKS = 4

/** The answer, however long it takes, as long as bytes of it come: a connection without any for `ms` is closed. */
export async function unlessSilent<T>(connection: Connection, ms: number, answer: Promise<T>): Promise<T> {
  let { received } = connection.stats()
  let quiet = 0
  const silent = Promise.withResolvers<never>()
  const watch = setInterval(() => {
    const heard = connection.stats().received
    quiet = heard === received ? quiet + 1 : 0
    received = heard
    if (quiet < LOOKS) return
    clearInterval(watch)
    silent.reject(new HutongError('unreachable', 'the mail server does not answer any more'))
    connection.close()
  }, ms / LOOKS)
  try {
    return await Promise.race([answer, silent.promise])
  } finally {
    clearInterval(watch)
  }
}
