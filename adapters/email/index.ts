import type { Adapter, Delivery, Host, Receipt } from '@hutong/core/adapter'
import { HutongError } from '@hutong/core/errors'
import type { Login, MailServer } from './account.ts'
import { CAPABILITIES } from './capabilities.ts'
import { connectInbox } from './client.ts'
import { type Agent, createIntake, type IntakeLimits } from './intake.ts'
import { createMailbox, type Mailbox, type Pace } from './mailbox.ts'
import { originalOf } from './original.ts'
import { compose } from './outgoing.ts'
import { createReplyTokens } from './reply-token.ts'
import { createSender, type Dkim, type Sender } from './sender.ts'
import { createThreads, type Threads } from './threads.ts'

export { PRESETS } from './presets.ts'

export interface EmailOptions {
  /** Default `mail`. */
  channel?: string
  /** The site that this mailbox belongs to. */
  site: string
  /** The mailbox's own address: the sender of what goes out. */
  address: string
  /** The name beside it. Default: the address. */
  name?: string
  /** Other addresses whose mail arrives here. */
  aliases?: readonly string[]
  imap: MailServer
  smtp: MailServer
  /** For both servers. */
  login: Login
  /** At least 32 bytes of text. Signs the tokens by which answers find their conversation. */
  secret: string
  /** Whether mail to `name+anything@` arrives here: answers then carry their token in the address too. Default false. */
  plusAddress?: boolean
  /** Default `INBOX`. */
  folder?: string
  /** The authserv-ids whose `Authentication-Results` are believed; none are by default. */
  authservIds?: readonly string[]
  /** Days before the first start whose mail is taken too. Default 0. */
  backlogDays?: number
  /** Milliseconds to wait for more to say, so that several answers are one mail. Default 20 000. */
  gatherMs?: number
  dkim?: Dkim
  /** Who may answer by mail as an agent; nobody by default. */
  agent?(id: string): Promise<Agent | undefined>
  limits?: Partial<IntakeLimits>
  pace?: Partial<Pace>
  /** Milliseconds after which a mail server that says nothing is given up. Default 60 000. */
  patience?: number
}

const MIB = 1024 * 1024
const LIMITS: IntakeLimits = {
  attachments: 20,
  attachmentBytes: 50 * MIB,
  mailBytes: 100 * MIB,
  answeredPerHour: 20,
}
const PACE: Pace = { idle: 240_000, poll: 30_000, retry: 1_000, retryMax: 60_000, lease: 12_000, answer: 20_000 }

/** One mailbox as a channel: IMAP in, SMTP out. */
export function createEmailAdapter(options: EmailOptions): Adapter {
  const { channel = 'mail', secret, gatherMs = 20_000 } = options
  let account: Account | undefined
  const underWay = new Set<Promise<unknown>>()

  return {
    channel,
    capabilities: { ...CAPABILITIES, gatherMs },
    async open(host) {
      if (Buffer.byteLength(secret) < 32)
        throw new HutongError('misconfigured', 'secret: must be at least 32 bytes long', { field: 'secret' })
      const opened = openAccount(options, host)
      account = opened
      await opened.mailbox.open()
    },
    async send(delivery) {
      if (!account) throw new HutongError('unavailable', `${channel} is closed`)
      const sending = send(options, account, delivery).finally(() => underWay.delete(sending))
      underWay.add(sending)
      return sending
    },
    // Mail carries no signals.
    signal() {},
    original: originalOf,
    async close() {
      const closing = account
      account = undefined
      await Promise.allSettled([closing?.mailbox.close(), ...underWay])
      closing?.sender.close()
    },
  }
}

interface Account {
  host: Host
  mailbox: Mailbox
  sender: Sender
  threads: Threads
}

function openAccount(options: EmailOptions, host: Host): Account {
  const { address, aliases = [], login, imap, folder = 'INBOX', site } = options
  const threads = createThreads(host)
  const intake = createIntake({
    host,
    site,
    threads,
    tokens: createReplyTokens(options.secret),
    reading: {
      own: [address, ...aliases].map((one) => one.toLowerCase()),
      authservIds: (options.authservIds ?? []).map((one) => one.toLowerCase()),
    },
    limits: { ...LIMITS, ...options.limits },
    agent: options.agent ?? (async () => undefined),
  })
  const pace = { ...PACE, ...options.pace }
  const mailbox = createMailbox({
    host,
    intake,
    server: imap,
    login,
    folder,
    backlogDays: options.backlogDays ?? 0,
    pace,
  })
  const sender = createSender({ server: options.smtp, login, dkim: options.dkim, patience: options.patience })
  return { host, mailbox, sender, threads }
}

async function send(options: EmailOptions, account: Account, delivery: Delivery): Promise<Receipt> {
  const { address, name = address, secret, plusAddress = false } = options
  const { conversation } = delivery.to
  const tokens = createReplyTokens(secret)
  const messageId = tokens.messageId(conversation, delivery.key, address.split('@').at(-1) ?? '')
  const thread = await account.threads.get(conversation)
  if (thread.sent.includes(delivery.key)) return { state: 'sent', native: messageId }
  const composing = {
    files: account.host.files,
    from: { name, address },
    messageId,
    replyAddress: plusAddress ? tokens.address(conversation, address) : address,
    thread,
  }
  let subject = ''
  const outcome = await account.sender.send(async () => {
    const mail = await compose(delivery, composing)
    subject = mail.subject ?? ''
    return mail
  })
  if (outcome === 'lost' && !(await arrivedAnyway(options, messageId)))
    return { state: 'unsure', reason: 'the mail server took the mail and did not answer' }
  await account.threads.left(conversation, { id: messageId, to: delivery.to.address, subject, key: delivery.key })
  return { state: 'sent', native: messageId }
}

/** Many servers keep what they sent: a copy there is an answer too. */
async function arrivedAnyway({ imap, login, folder = 'INBOX' }: EmailOptions, messageId: string): Promise<boolean> {
  try {
    const inbox = await connectInbox({ server: imap, login, folder })
    try {
      return await inbox.holds(messageId)
    } finally {
      await inbox.close()
    }
  } catch (thrown) {
    if (thrown instanceof HutongError) return false
    throw thrown
  }
}
