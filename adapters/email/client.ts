import { once } from 'node:events'
import { Readable } from 'node:stream'
import { HutongError } from '@hutong/core/errors'
import { type FetchMessageObject, ImapFlow, type MessageStructureObject } from 'imapflow'
import { type Login, type MailServer, tokenRefused } from './account.ts'
import { HEADERS_MAX } from './mime.ts'
import { uidsIn } from './uids.ts'
import { unlessSilent } from './unless-silent.ts'
import { withoutSecrets } from './without-secrets.ts'

/** The half of the platform that mail comes in by: the only file that speaks IMAP. Everything it throws is a HutongError. */

/** A mail as the mailbox lists it, before its bodies are read. */
export interface Listed {
  uid: number
  headers: Uint8Array
  /** Undefined when the server does not know it. */
  structure: MessageStructureObject | undefined
  /** Size as it travels. */
  bytes: number
  /** Milliseconds since 1970. */
  arrivedAt: number
}

export type Structure = MessageStructureObject

export interface Section {
  key: string
  /** Bytes that are read of it. */
  most: number
}

/** The folder that is watched, opened so that reading changes nothing in it. */
export interface Inbox {
  readonly uidValidity: string
  readonly uidNext: number
  /** Whether the server tells of news by itself. */
  readonly pushes: boolean
  highestModseq(): string
  /** Ascending uids of what came after `uid`. */
  after(uid: number): Promise<number[]>
  /** Ascending uids of what arrived on the day of `at` or later. */
  since(at: number): Promise<number[]>
  /** Which of these are in the folder. */
  among(uids: readonly number[]): Promise<number[]>
  /**
   * Without those that the server does not hand over. A mail whose structure cannot be had is listed without it; `bare` does
   * not ask for any.
   */
  list(uids: readonly number[], how?: 'bare'): Promise<Listed[]>
  /** The beginnings of these sections, transfer encoding untouched, by uid and section; what is missing, the server left out. */
  read(uids: readonly number[], sections: readonly Section[]): Promise<Map<number, Map<string, Buffer>>>
  /**
   * The content of a part, transfer encoding undone, as it arrives, or with '' the mail as it is; the stream fails with a
   * HutongError when it breaks off.
   */
  download(uid: number, part: string): Promise<Readable>
  /** Resolves `news` when something may have arrived, `silence` after `ms`; rejects once the connection is gone. */
  wait(ms: number, push: boolean): Promise<'news' | 'silence'>
  /** Whether the folder, or the one of sent mail, holds a mail with this Message-ID. */
  holds(messageId: string): Promise<boolean>
  close(): Promise<void>
}

export interface InboxOptions {
  server: MailServer
  login: Login
  folder: string
  /** Milliseconds a connection may not answer before it counts as dead. Default 20 000. */
  answerMs?: number | undefined
}

const CLIENT_INFO = { name: 'Hutong', version: '0.1.0', vendor: 'Hutong', 'support-url': 'https://hutong.example' }
const MIB = 1024 * 1024
/** Longer than any wait: the library breaks an IDLE that is silent for so long. */
const SILENCE_MS = 300_000
const WAIT_MAX = 270_000
/** From the first byte to an open folder. */
const ARRIVE_MS = 60_000

export async function connectInbox({ server, login, folder, answerMs = 20_000 }: InboxOptions): Promise<Inbox> {
  const connect = async (refresh: boolean): Promise<ImapFlow> => {
    const client = createImap(server, await credentials(login, refresh))
    const late = setTimeout(() => client.close(), ARRIVE_MS)
    try {
      await client.connect()
      await openFolder(client, folder)
      return client
    } catch (cause) {
      client.close()
      throw loginError(cause, login)
    } finally {
      clearTimeout(late)
    }
  }
  try {
    return inboxOf(await connect(false), answerMs)
  } catch (thrown) {
    if (!('accessToken' in login) || !refusedLogin(thrown)) throw thrown
  }
  try {
    return inboxOf(await connect(true), answerMs)
  } catch (thrown) {
    throw refusedLogin(thrown) ? tokenRefused(thrown) : thrown
  }
}

function refusedLogin(thrown: unknown): thrown is HutongError {
  return thrown instanceof HutongError && thrown.code === 'misconfigured' && thrown.field === 'login'
}

function createImap(server: MailServer, auth: { user: string; pass?: string; accessToken?: string }): ImapFlow {
  const client = new ImapFlow({
    host: server.host,
    port: server.port,
    secure: server.security === 'tls',
    doSTARTTLS: server.security === 'starttls',
    auth,
    clientInfo: CLIENT_INFO,
    logger: false,
    disableAutoIdle: true,
    disableCompression: true,
    connectionTimeout: 15_000,
    socketTimeout: SILENCE_MS,
    // Some servers answer every question for a piece of an attachment with all of it.
    maxLiteralSize: 80 * MIB,
    maxResponseSize: 96 * MIB,
    // What tells of a mail's parts stands in one line, and the library takes 150 times its size to read it. So do the numbers of
    // 40,000 new mails at servers that have no shorter way to say them (RFC 4731).
    maxLineLength: 384 * 1024,
  })
  // Every command in flight fails with the same error; without a listener it would end the process.
  client.on('error', () => client.close())
  return client
}

/** NetEase refuses to open a folder for clients that did not introduce themselves after the login. */
async function openFolder(client: ImapFlow, folder: string): Promise<void> {
  try {
    await client.mailboxOpen(folder, { readOnly: true })
  } catch (cause) {
    const run: unknown = Reflect.get(client, 'run')
    if (!/unsafe login/i.test(responseOf(cause)) || typeof run !== 'function') throw cause
    await Reflect.apply(run, client, ['ID', CLIENT_INFO])
    await client.mailboxOpen(folder, { readOnly: true })
  }
}

function inboxOf(client: ImapFlow, answerMs: number): Inbox {
  const mailbox = () => {
    if (!client.mailbox) throw new HutongError('unreachable', 'the connection to the mailbox is closed')
    return client.mailbox
  }
  const { uidValidity, uidNext } = mailbox()
  let news = false
  client.on('exists', () => {
    news = true
  })

  /** A connection that is gone answers with nothing at all, which is not the answer "there is nothing". */
  async function asking<T>(work: () => Promise<T>): Promise<T> {
    try {
      mailbox()
      const answer = await unlessSilent(client, answerMs, work())
      mailbox()
      return answer
    } catch (cause) {
      throw imapError(cause)
    }
  }

  async function search(query: { uid?: string; since?: Date }): Promise<number[]> {
    const found = await client.search(query, { uid: true, returnOptions: ['ALL'] })
    if (!found) throw new HutongError('unreachable', 'the mailbox does not answer a search')
    if (Array.isArray(found)) return found.sort((a, b) => a - b)
    return found.all === undefined ? [] : uidsIn(found.all)
  }

  return {
    uidValidity: String(uidValidity),
    uidNext,
    pushes: client.capabilities.has('IDLE'),
    highestModseq: () => String(mailbox().highestModseq ?? 0n),
    after: (uid) => asking(async () => (await search({ uid: `${uid + 1}:*` })).filter((one) => one > uid)),
    since: (at) => asking(() => search({ since: new Date(at) })),
    among: (uids) => asking(() => search({ uid: uids.join(',') })),
    list: (uids, how) => asking(() => list(client, uids, how)),
    read: (uids, sections) => asking(() => read(client, uids, sections)),
    download: (uid, part) => asking(() => download(client, { uid, part, answerMs })),
    async wait(ms, push) {
      try {
        mailbox()
        if (!news) await pause(client, { ms, push, answerMs })
      } catch (cause) {
        throw imapError(cause)
      }
      mailbox()
      const heard = news
      news = false
      return heard ? 'news' : 'silence'
    },
    holds: (messageId) => asking(() => holds(client, messageId)),
    async close() {
      await Promise.race([client.logout().catch(() => client.close()), timer(2_000)])
      client.close()
    },
  }
}

async function list(client: ImapFlow, uids: readonly number[], how?: 'bare'): Promise<Listed[]> {
  if (uids.length === 0) return []
  const bodyParts = [{ key: 'header', start: 0, maxLength: HEADERS_MAX }]
  const query = { uid: true, bodyParts, size: true, internalDate: true }
  const found = await client.fetchAll([...uids], { ...query, bodyStructure: how !== 'bare' }, { uid: true })
  const known = new Set(found.map(({ uid }) => uid))
  const rest = uids.filter((one) => !known.has(one))
  // The library drops an answer whose structure is nested too deep for it.
  if (rest.length > 0 && how !== 'bare') found.push(...(await client.fetchAll(rest, query, { uid: true })))
  return found.map(listed).sort((a, b) => a.uid - b.uid)
}

function listed({ uid, headers, bodyStructure, size, internalDate }: FetchMessageObject): Listed {
  const arrived = new Date(internalDate ?? Number.NaN).getTime()
  return {
    uid,
    headers: headers ?? Buffer.alloc(0),
    structure: bodyStructure,
    bytes: size ?? 0,
    arrivedAt: Number.isNaN(arrived) ? Date.now() : arrived,
  }
}

async function read(
  client: ImapFlow,
  uids: readonly number[],
  sections: readonly Section[],
): Promise<Map<number, Map<string, Buffer>>> {
  const bodyParts = sections.map(({ key, most }) => ({ key, start: 0, maxLength: most }))
  const found = await client.fetchAll([...uids], { uid: true, bodyParts }, { uid: true })
  return new Map(found.map(({ uid, bodyParts = new Map() }) => [uid, given(bodyParts)]))
}

/** A server answers NIL for what it does not hand over. */
function given(sections: ReadonlyMap<string, Buffer | null>): Map<string, Buffer> {
  return new Map([...sections].flatMap(([key, content]) => (content === null ? [] : [[key, content] as const])))
}

interface Wanted {
  uid: number
  part: string
  answerMs: number
}

async function download(client: ImapFlow, { uid, part, answerMs }: Wanted): Promise<Readable> {
  const section = part === '' ? undefined : part
  const { content } = await client.download(uid, section, { uid: true, chunkSize: MIB / 4 })
  if (!content) throw new HutongError('not_found', `part ${part} of the mail is gone`)
  return Readable.from(translated(client, content, answerMs), { objectMode: false })
}

async function* translated(client: ImapFlow, content: Readable, answerMs: number): AsyncGenerator<Buffer> {
  const pieces: AsyncIterator<Buffer> = content[Symbol.asyncIterator]()
  try {
    for (;;) {
      const { done, value } = await unlessSilent(client, answerMs, pieces.next())
      if (done) return
      yield value
    }
  } catch (cause) {
    throw imapError(cause)
  } finally {
    content.destroy()
  }
}

interface Pause {
  ms: number
  push: boolean
  answerMs: number
}

/** Waits in IDLE, or idly where the server does not push; then asks, so that a dead connection is noticed. */
async function pause(client: ImapFlow, { ms, push, answerMs }: Pause): Promise<void> {
  const stop = new AbortController()
  const idling = push ? client.idle() : new Promise<never>(() => {})
  const heard = Promise.race([
    once(client, 'exists', { signal: stop.signal }),
    once(client, 'close', { signal: stop.signal }),
    timer(Math.min(ms, WAIT_MAX), stop.signal),
    // A server that ends IDLE, or refuses it, is asked; not more than once a second.
    idling.then(() => timer(1_000, stop.signal)),
  ]).catch(() => undefined)
  try {
    await heard
    const answered = client.noop().then(() => true)
    if (await Promise.race([answered, timer(answerMs, stop.signal)])) return
    client.close()
    throw new HutongError('unreachable', 'the mail server does not answer any more')
  } finally {
    stop.abort()
  }
}

function timer(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const handle = setTimeout(resolve, ms)
    signal?.addEventListener('abort', () => {
      clearTimeout(handle)
      resolve()
    })
  })
}

async function holds(client: ImapFlow, messageId: string): Promise<boolean> {
  const folders = await client.list()
  const sent = folders.find(({ specialUse }) => specialUse === '\\Sent')?.path
  const watched = client.mailbox ? client.mailbox.path : 'INBOX'
  const query = { header: { 'message-id': messageId } }
  try {
    if (sent !== undefined) {
      await client.mailboxOpen(sent, { readOnly: true })
      const found = await client.search(query, { uid: true })
      if (found && found.length > 0) return true
    }
    await client.mailboxOpen(watched, { readOnly: true })
    const found = await client.search(query, { uid: true })
    return Boolean(found && found.length > 0)
  } finally {
    await client.mailboxOpen(watched, { readOnly: true })
  }
}

async function credentials(
  login: Login,
  refresh: boolean,
): Promise<{ user: string; pass?: string; accessToken?: string }> {
  if ('password' in login) return { user: login.user, pass: login.password }
  return { user: login.user, accessToken: await login.accessToken(refresh) }
}

function responseOf(cause: unknown): string {
  const { responseText, response } = cause as { responseText?: unknown; response?: unknown }
  const said = [responseText, response].find((one) => typeof one === 'string')
  return typeof said === 'string' ? said : cause instanceof Error ? cause.message : ''
}

/** Without the library's error where the login was refused: it repeats the server's words, and they may repeat the password. */
function loginError(cause: unknown, login: Login): HutongError {
  const error = imapError(cause)
  if (!refusedLogin(error)) return error
  return new HutongError('misconfigured', withoutSecrets(error.message, login), { field: 'login' })
}

function imapError(cause: unknown): HutongError {
  if (cause instanceof HutongError) return cause
  const { authenticationFailed, mailboxMissing, code, throttleReset } = cause as {
    authenticationFailed?: boolean
    mailboxMissing?: boolean
    code?: string
    throttleReset?: number
  }
  const said = responseOf(cause)
  if (code === 'ETHROTTLE')
    return new HutongError('throttled', `the mail server asks to slow down: ${said}`, {
      retryAfter: throttleReset ?? 60_000,
      cause,
    })
  if (authenticationFailed)
    return new HutongError('misconfigured', `login: the mail server refuses it: ${said}`, { field: 'login', cause })
  if (mailboxMissing)
    return new HutongError('misconfigured', `folder: there is none of that name: ${said}`, { field: 'folder', cause })
  return new HutongError('unreachable', `the mail server is not reachable: ${said || (code ?? 'no answer')}`, { cause })
}
