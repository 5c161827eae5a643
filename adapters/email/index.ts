import type { Adapter, Host, SetAside } from '@hutong/core/adapter'
import { HutongError } from '@hutong/core/errors'
import { type Login, type MailServer, shareTokens } from './account.ts'
import { createAside } from './aside.ts'
import { CAPABILITIES } from './capabilities.ts'
import { checkAccount } from './check-account.ts'
import { checkOptions } from './check-options.ts'
import { createIntake, type IntakeLimits } from './intake.ts'
import { createMailbox, type Mailbox, type Pace } from './mailbox.ts'
import { originalOf } from './original.ts'
import { createOutbox, type Outbox } from './outbox.ts'
import { createReplyTokens } from './reply-token.ts'
import { createSender, type Dkim } from './sender.ts'
import { createThreads } from './threads.ts'
import type { Agent } from './weigh.ts'

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
  /** Who may answer by mail as an agent, where `authservIds` can prove that they do; nobody by default. */
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
const PACE: Pace = {
  idle: 240_000,
  poll: 30_000,
  retry: 1_000,
  retryMax: 60_000,
  refused: 300_000,
  lease: 12_000,
  answer: 20_000,
  open: 5_000,
}

export type EmailAdapter = Adapter &
  Required<Pick<Adapter, 'transcript' | 'notify' | 'site' | 'aside'>> & {
    /** Signs in at both servers and opens the folder, open or not; reads and sends nothing. What is wrong with each of them. */
    check(): Promise<{ imap: HutongError | undefined; smtp: HutongError | undefined }>
  }

/** One mailbox as a channel: IMAP in, SMTP out. Throws `misconfigured` that names every wrong option. */
export function createEmailAdapter(options: EmailOptions): EmailAdapter {
  checkOptions(options)
  const { channel = 'mail', gatherMs = 20_000 } = options
  let account: Account | undefined
  const underWay = new Set<Promise<unknown>>()

  function track<T>(work: (account: Account) => Promise<T>): Promise<T> {
    if (!account) return Promise.reject(new HutongError('unavailable', `${channel} is closed`))
    const done = work(account).finally(() => underWay.delete(done))
    underWay.add(done)
    return done
  }

  return {
    channel,
    site: options.site,
    capabilities: { ...CAPABILITIES, gatherMs },
    async open(host) {
      const opened = openAccount(options, host)
      account = opened
      await opened.mailbox.open()
    },
    send: (delivery) => track((opened) => opened.outbox.deliver(delivery)),
    transcript: (to, key) => track((opened) => opened.outbox.transcript(to, key)),
    notify: (agent, conversation, key) => track((opened) => opened.outbox.notify(agent, conversation, key)),
    check: () => checkAccount(options),
    original: originalOf,
    aside: {
      list: () => track(({ aside }) => aside.list()),
      retry: (id) => track(({ aside }) => aside.retry(id)),
      discard: (id) => track(({ aside }) => aside.discard(id)),
    },
    // Mail carries no signals.
    signal() {},
    async close() {
      const closing = account
      account = undefined
      await Promise.allSettled([closing?.mailbox.close(), ...underWay])
      closing?.outbox.close()
    },
  }
}

interface Account {
  mailbox: Mailbox
  outbox: Outbox
  aside: SetAside
}

function openAccount(options: EmailOptions, host: Host): Account {
  const { address, aliases = [], imap, smtp, folder = 'INBOX', site } = options
  const threads = createThreads(host)
  const tokens = createReplyTokens(options.secret)
  const intake = createIntake({
    host,
    site,
    threads,
    tokens,
    reading: {
      own: [address, ...aliases].map((one) => one.toLowerCase()),
      authservIds: (options.authservIds ?? []).map((one) => one.toLowerCase()),
    },
    limits: { ...LIMITS, ...options.limits },
    agent: options.agent ?? (async () => undefined),
  })
  const login = shareTokens(options.login, () => host.clock.now())
  const inbox = { server: imap, login, folder }
  const pace = { ...PACE, ...options.pace }
  const mailbox = createMailbox({ ...inbox, host, intake, backlogDays: options.backlogDays ?? 0, pace })
  const outbox = createOutbox({
    host,
    threads,
    tokens,
    inbox,
    sender: createSender({ server: smtp, login, dkim: options.dkim, patience: options.patience }),
    from: { address, name: options.name ?? address },
    plusAddress: options.plusAddress ?? false,
  })
  return { mailbox, outbox, aside: createAside({ host, intake, inbox: { ...inbox, answerMs: pace.answer } }) }
}
