import type { PostOffice, Read } from '../../adapters/email/test-post-office.ts'
import { SITE } from '../demo-config.ts'

/** A mailbox of the post office as a channel of the demonstration's shop. */
export function mailChannel(office: PostOffice, address: string) {
  const { imap, smtp, login } = office.options(address)
  const password = 'password' in login ? login.password : ''
  return { kind: 'email' as const, id: 'mail', site: SITE, from: address, imap, smtp, password }
}

/** The first mail in somebody's inbox that says this, once it has come. */
export async function mailSaying(
  { office, address }: { office: PostOffice; address: string },
  words: string | RegExp,
): Promise<Read> {
  const deadline = Date.now() + 60_000
  for (;;) {
    const mails = await office.inbox(address)
    const found = mails.find(({ text }) => text.search(words) !== -1)
    if (found) return found
    if (Date.now() > deadline)
      throw new Error(`${address} has no such mail: ${mails.map(({ text }) => text).join(' | ')}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
