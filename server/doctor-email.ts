import { createEmailAdapter } from '@hutong/adapter-email'
import { toHutongError } from '@hutong/core/errors'
import type { Config } from './config.ts'
import { emailOptions } from './email-options.ts'
import type { EmailSettings } from './email-settings.ts'
import type { Finding } from './finding.ts'

/** Providers whose verdicts on senders are known. */
const VOUCHING = ['qq', 'gmail']

/** Signs in at both servers of a mailbox and opens its folder; reads and sends nothing. */
export async function* doctorEmail(config: Config, channel: EmailSettings): AsyncIterable<Finding> {
  const { id, from } = channel
  const store = { agents: async () => [] }
  const options = await emailOptions(config, channel, { store, clock: { now: Date.now } })
  try {
    const checked = await createEmailAdapter(options).check()
    yield served(
      `channel ${id}: mail to ${from} is read from ${options.imap.host}, folder ${channel.folder}`,
      checked.imap,
    )
    yield served(`channel ${id}: answers from ${from} leave by ${options.smtp.host}`, checked.smtp)
  } catch (error) {
    for (const remedy of toHutongError(error).message.split('\n')) yield { state: 'bad', what: `channel ${id}`, remedy }
  }
  if (vouched(channel)) return
  if (channel.notifyAgentsAfterMs !== undefined)
    yield {
      state: 'odd',
      what: `channel ${id}: agents are notified by mail ("notifyAgentsAfterMs"), and none of their answers is believed`,
      remedy: 'name your mail server in "authservIds"; until then agents answer at the desk',
    }
  yield {
    state: 'odd',
    what: `channel ${id}: anybody can pretend to be a customer who writes to ${from}`,
    remedy:
      'name in "authservIds" what your mail server writes first into the "Authentication-Results" header of a received mail; until then mail arrives and is answered, but only an answer to a mail of ours, or a code, proves whose address it is',
  }
}

function vouched({ preset, authservIds }: EmailSettings): boolean {
  if (authservIds !== undefined) return authservIds.length > 0
  return preset !== undefined && VOUCHING.includes(preset)
}

function served(what: string, error: Error | undefined): Finding {
  return error ? { state: 'bad', what: `${what}: it does not work`, remedy: error.message } : { state: 'good', what }
}
