import { type HutongError, toHutongError } from '@hutong/core/errors'
import { shareTokens } from './account.ts'
import { connectInbox } from './client.ts'
import type { EmailOptions } from './index.ts'
import { createSender } from './sender.ts'

/** What is wrong with each server of a mailbox. */
export async function checkAccount({ imap, smtp, folder = 'INBOX', patience, ...options }: EmailOptions) {
  const login = shareTokens(options.login, Date.now)
  const reading = connectInbox({ server: imap, login, folder }).then((inbox) => inbox.close())
  const sender = createSender({ server: smtp, login, dkim: options.dkim, patience })
  const sending = sender.check().finally(() => sender.close())
  const [inward, outward] = await Promise.all([failure(reading), failure(sending)])
  return { imap: inward, smtp: outward }
}

function failure(trying: Promise<void>): Promise<HutongError | undefined> {
  return trying.then(() => undefined, toHutongError)
}
