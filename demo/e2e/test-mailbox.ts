import { letter, type PostOffice, type Read } from '../../adapters/email/test-post-office.ts'
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

interface Answering {
  from: string
  text: string
  to: Read
  id: string
}

/** An answer as mail programs write it: below the customer's words stands what is answered. */
export async function answerMail(office: PostOffice, { from, text, to, id }: Answering): Promise<void> {
  const { headers } = to
  const replyTo = headers.get('reply-to') ?? headers.get('from') ?? ''
  const answered = headers.get('message-id') ?? ''
  const quote = to.text.replace(/^/gm, '> ')
  const source = letter({
    from,
    to: replyTo,
    id,
    subject: `Re: ${headers.get('subject')}`,
    text: `${text}\n\nOn Sat, 21 Nov 2026 at 02:00, Courtyard Tea wrote:\n${quote}\n`,
    headers: { 'In-Reply-To': answered, References: `${headers.get('references') ?? ''} ${answered}`.trim() },
  })
  await office.dovecot.deliver(/<([^>]+)>/.exec(replyTo)?.[1] ?? replyTo, source)
}
