import type { Host, Lease } from '@hutong/core/adapter'
import { toHutongError } from '@hutong/core/errors'
import { createCatchUp } from './catch-up.ts'
import { connectInbox, type Inbox, type InboxOptions } from './client.ts'
import type { Intake } from './intake.ts'

export interface MailboxOptions extends InboxOptions {
  host: Host
  intake: Intake
  /** Days before the first start whose mail is handed over too. */
  backlogDays: number
  pace: Pace
}

/** Milliseconds. */
export interface Pace {
  /** Longest wait for a push before the mailbox is asked anyway. */
  idle: number
  /** Between two questions where the server does not push. */
  poll: number
  /** First and longest pause after a failure. */
  retry: number
  retryMax: number
  /** After a refused login, lest the provider locks the mailbox. */
  refused: number
  /** How long another node waits after this one died. */
  lease: number
  /** How long a connection may not answer before it counts as dead. */
  answer: number
  /** How long a relay that starts waits for the mail server. */
  open: number
}

export interface Mailbox {
  /** Resolves when the folder is watched, by this node or another, or when it cannot be yet: it is tried on then, and said. */
  open(): Promise<void>
  close(): Promise<void>
}

/** How often a server may forget to push before it is asked by the clock. */
const FORGOTTEN_MAX = 2

/** Follows one folder on one node of many, through lost connections and silent ones. */
export function createMailbox(options: MailboxOptions): Mailbox {
  const { host, pace } = options
  const stop = new AbortController()
  const first = Promise.withResolvers<void>()
  let forgotten = 0
  let watching: Promise<void> | undefined
  const catchUp = createCatchUp({ ...options, signal: stop.signal })

  async function watch(): Promise<void> {
    for (let tries = 0; !stop.signal.aborted; tries += 1) {
      const started = host.clock.now()
      try {
        await turn()
        tries = 0
      } catch (thrown) {
        if (stop.signal.aborted) return
        const error = toHutongError(thrown)
        host.trouble(error)
        first.resolve()
        if (host.clock.now() - started > pace.retryMax) tries = 0
        host.logger.warn({ code: error.code, reason: error.message, tries }, 'the mailbox is out of reach')
        const least = error.code === 'misconfigured' ? pace.refused : (error.retryAfter ?? 0)
        await sleep(Math.max(backoff(pace, tries), least), stop.signal)
      }
    }
  }

  /** One lease and one connection, for as long as they last. */
  async function turn(): Promise<void> {
    const lease = await host.lease('mailbox', pace.lease)
    if (!lease) {
      host.trouble(undefined)
      first.resolve()
      return sleep(pace.lease / 3, stop.signal)
    }
    const held = hold(lease, pace.lease, stop.signal)
    try {
      const inbox = await unlessAborted(connectInbox({ ...options, answerMs: pace.answer }), held.signal)
      if (!inbox) return
      const leave = () => void inbox.close()
      held.signal.addEventListener('abort', leave, { once: true })
      try {
        await catchUp.begin(inbox)
        host.trouble(undefined)
        first.resolve()
        if (!held.signal.aborted) await follow(inbox, held.signal)
      } finally {
        await inbox.close()
      }
    } finally {
      await held.release()
    }
  }

  async function follow(inbox: Inbox, signal: AbortSignal): Promise<void> {
    for (let heard: 'news' | 'silence' = 'news'; !signal.aborted; ) {
      const push = inbox.pushes && forgotten < FORGOTTEN_MAX
      const found = await catchUp.run(inbox, signal)
      if (push && found > 0) forgotten = heard === 'silence' ? forgotten + 1 : 0
      if (signal.aborted) return
      heard = await inbox.wait(push ? pace.idle : pace.poll, push)
    }
  }

  return {
    async open() {
      watching = watch()
      await Promise.race([first.promise, sleep(pace.open, stop.signal)])
    },
    async close() {
      stop.abort()
      await watching
    },
  }
}

/** Undefined once it is aborted; a connection that is made nevertheless is closed again. */
async function unlessAborted(connecting: Promise<Inbox>, signal: AbortSignal): Promise<Inbox | undefined> {
  const aborted = new Promise<undefined>((resolve) => {
    if (signal.aborted) resolve(undefined)
    signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
  const inbox = await Promise.race([connecting, aborted])
  if (!inbox)
    connecting.then(
      (late) => late.close(),
      () => undefined,
    )
  return inbox
}

interface Held {
  /** Aborted once the lease is lost, or the mailbox is closed. */
  signal: AbortSignal
  release(): Promise<void>
}

function hold(lease: Lease, ms: number, stop: AbortSignal): Held {
  const lost = new AbortController()
  const renewing = setInterval(() => {
    lease.renew().then(
      (mine) => {
        if (!mine) lost.abort()
      },
      () => lost.abort(),
    )
  }, ms / 3)
  return {
    signal: AbortSignal.any([lost.signal, stop]),
    async release() {
      clearInterval(renewing)
      if (!lost.signal.aborted) await lease.release()
    },
  }
}

/** Doubles with every try, with up to a half of it by chance, so that many nodes do not come at once. */
export function backoff({ retry, retryMax }: Pick<Pace, 'retry' | 'retryMax'>, tries: number): number {
  const full = Math.min(retry * 2 ** Math.min(tries, 20), retryMax)
  return full * (0.5 + Math.random() / 2)
}

/** Ends early, without complaint, when the signal is aborted. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}
