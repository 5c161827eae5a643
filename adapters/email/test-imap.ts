import { createServer, type Socket } from 'node:net'

/** An IMAP server with the manners of some large providers, which Dovecot does not have. */
export interface OddImap {
  readonly port: number
  /** Commands as they came, without their tags, passwords included. */
  readonly heard: readonly string[]
  add(source: string): void
  close(): Promise<void>
}

export interface Manners {
  /** NetEase: no folder is opened for a client that did not introduce itself after the login. */
  wantsId?: boolean
  /** Tencent: IDLE is not there. */
  idle?: boolean
  /** The only access token that is taken. */
  token?: string
  /** The connection breaks whenever this mail is asked for. */
  breaksAt?: number
  /** The connection ends, once, after this many answers with the text of mails. */
  endsAfter?: number
  /** This mail is left out of the first answer that should list it. */
  withholds?: number
}

/** As a socket answers: whether more may be written at once. */
type Answer = (text: string) => boolean

export async function startOddImap({ wantsId = false, idle = false, token, ...manners }: Manners): Promise<OddImap> {
  const heard: string[] = []
  const mails: string[] = []
  const sockets = new Set<Socket>()
  let { endsAfter = Number.POSITIVE_INFINITY, withholds } = manners
  const capabilities = ['IMAP4rev1', 'ID', ...(idle ? ['IDLE'] : []), ...(token ? ['AUTH=XOAUTH2', 'SASL-IR'] : [])]

  const server = createServer((socket) => {
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => socket.destroy())
    let introduced = false
    let loggedIn = false
    let rest = ''
    let refusing: string | undefined
    const say: Answer = (text) => socket.write(text)
    say(`* OK [CAPABILITY ${capabilities.join(' ')}] at your service\r\n`)
    socket.on('data', (data) => {
      const lines = (rest + data.toString('latin1')).split('\r\n')
      rest = lines.pop() ?? ''
      for (const line of lines) obey(line)
    })

    function obey(line: string): boolean {
      const [, tag = '*', name = '', rest = ''] = /^(\S+) (UID \w+|\w+) ?(.*)$/.exec(line) ?? []
      heard.push(`${name} ${rest}`.trim())
      if (refusing !== undefined) {
        const refused = say(`${refusing} NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)\r\n`)
        refusing = undefined
        return refused
      }
      const ok = (text = 'done') => say(`${tag} OK ${text}\r\n`)
      switch (name.toUpperCase()) {
        case 'CAPABILITY':
          say(`* CAPABILITY ${capabilities.join(' ')}\r\n`)
          return ok()
        case 'ID':
          if (loggedIn) introduced = true
          say('* ID ("name" "odd" "vendor" "stand")\r\n')
          return ok()
        case 'LOGIN':
        case 'AUTHENTICATE':
          loggedIn =
            token === undefined || Buffer.from(rest.split(' ')[1] ?? '', 'base64').includes(`Bearer ${token}\x01`)
          if (loggedIn) return ok()
          // Google says why first and waits for an empty line.
          refusing = tag
          return say(`+ ${Buffer.from('{"status":"400","schemes":"Bearer"}').toString('base64')}\r\n`)
        case 'SELECT':
        case 'EXAMINE':
          if (wantsId && !introduced)
            return say(`${tag} NO ${name} Unsafe Login. Please contact kefu@188.com for help\r\n`)
          say(`* ${mails.length} EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT ${mails.length + 1}] ok\r\n`)
          return ok('[READ-ONLY] done')
        case 'UID SEARCH':
          say(`* SEARCH ${mails.map((_, index) => index + 1).join(' ')}\r\n`)
          return ok()
        case 'UID FETCH':
          return fetch(rest, ok)
        case 'NOOP':
          say(`* ${mails.length} EXISTS\r\n`)
          return ok()
        default:
          return ok()
      }
    }

    function fetch(rest: string, ok: () => boolean): boolean {
      const [set = '', items = ''] = [rest.slice(0, rest.indexOf(' ')), rest.slice(rest.indexOf(' ') + 1)]
      for (const uid of numbers(set)) {
        const source = mails[uid - 1]
        if (uid === manners.breaksAt) return socket.destroy().writable
        if (uid === withholds) {
          withholds = undefined
          continue
        }
        if (source !== undefined) say(`* ${uid} FETCH (UID ${uid} ${answersTo(items, source)})\r\n`)
      }
      const answered = ok()
      if (/\[TEXT\]/.test(items)) endsAfter -= 1
      if (endsAfter > 0) return answered
      endsAfter = Number.POSITIVE_INFINITY
      return socket.end().writable
    }
  })

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    heard,
    add: (source) => void mails.push(source),
    close() {
      for (const one of sockets) one.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

function numbers(set: string): number[] {
  return set.split(',').flatMap((one) => {
    const [from = 0, to = from] = one.split(':').map(Number)
    return Array.from({ length: to - from + 1 }, (_, index) => from + index)
  })
}

/** For mails of one part alone. */
function answersTo(items: string, source: string): string {
  const at = source.indexOf('\r\n\r\n') + 4
  const [head, text] = [source.slice(0, at), source.slice(at)]
  const literal = (name: string, content: string) => `${name} {${Buffer.byteLength(content)}}\r\n${content}`
  const lines = text.split('\r\n').length - 1
  return [
    /BODYSTRUCTURE/.test(items) &&
      `BODYSTRUCTURE ("TEXT" "PLAIN" ("CHARSET" "utf-8") NIL NIL "BASE64" ${text.length} ${lines})`,
    /RFC822\.SIZE/.test(items) && `RFC822.SIZE ${source.length}`,
    /INTERNALDATE/.test(items) && `INTERNALDATE "${internalDate()}"`,
    /\[HEADER\]/.test(items) && literal('BODY[HEADER]<0>', head),
    /\[TEXT\]/.test(items) && literal('BODY[TEXT]<0>', text),
  ]
    .filter((one) => one !== false)
    .join(' ')
}

function internalDate(): string {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date().toUTCString()) ?? []
  return `${day}-${month}-${year} ${time} +0000`
}
