import { SMTPServer, type SMTPServerDataStream } from 'smtp-server'
import type { Dovecot } from './test-dovecot.ts'

/** How the next mail fails: each as a real server does it. */
export type SmtpFault = 'throttled' | 'down' | 'lost' | 'refused' | 'gone'

/** A real SMTP server that puts what it takes into Dovecot, and asks for a login. */
export interface SmtpStand {
  readonly port: number
  /** Whole sources as they came, oldest first. */
  readonly taken: readonly { from: string; to: string[]; source: string }[]
  fault(fault: SmtpFault): void
  /** Keeps a copy of the next mail in this mailbox, as many providers do. */
  copyTo(address: string): void
  close(): Promise<void>
}

interface Refusal extends Error {
  responseCode: number
}

export async function startSmtp({ dovecot, password }: { dovecot: Dovecot; password: string }): Promise<SmtpStand> {
  const taken: { from: string; to: string[]; source: string }[] = []
  const faults: SmtpFault[] = []
  const copies: string[] = []
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    size: 80_000_000,
    logger: false,
    onAuth({ password: given, username = '' }, _session, done) {
      if (given !== password) done(refusal(535, '5.7.8 authentication failed'))
      else done(null, { user: username })
    },
    onMailFrom(_address, session, done) {
      if (faults[0] !== 'down') return done()
      faults.shift()
      drop(session.id)
    },
    onRcptTo(_address, _session, done) {
      if (faults[0] !== 'throttled' && faults[0] !== 'gone') return done()
      const gone = faults.shift() === 'gone'
      done(gone ? refusal(550, '5.1.1 no such user here') : refusal(450, '4.7.1 greylisted, come back later'))
    },
    async onData(stream, { id, envelope }, done) {
      const source = await whole(stream)
      const fault = faults.shift()
      if (fault === 'refused') return done(refusal(550, '5.7.1 message refused by policy'))
      const to = envelope.rcptTo.map(({ address }) => address)
      taken.push({ from: envelope.mailFrom === false ? '' : envelope.mailFrom.address, to, source })
      for (const one of [...to, ...copies.splice(0)]) await dovecot.deliver(one, source)
      if (fault === 'lost') drop(id)
      else done()
    },
  })
  // A cut connection is what some faults are made of.
  server.on('error', () => undefined)

  function drop(session: string): void {
    for (const connection of server.connections) if (connection.session.id === session) connection._socket.destroy()
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const address = server.server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    taken,
    fault(fault) {
      // A sender may try once more on a fresh connection by itself.
      faults.push(...(fault === 'down' ? ([fault, fault] as const) : [fault]))
    },
    copyTo: (address) => void copies.push(address),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

function refusal(responseCode: number, message: string): Refusal {
  return Object.assign(new Error(message), { responseCode })
}

async function whole(stream: SMTPServerDataStream): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('latin1')
}
