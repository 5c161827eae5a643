import { createServer } from 'node:net'
import { expect, it } from 'vitest'
import { connectInbox } from './client.ts'
import { createSender } from './sender.ts'
import { withoutSecrets } from './without-secrets.ts'

const LOGIN = { user: 'kefu', password: 'SECRETPW' }
const HIDDEN = /SECRETPW|U0VDUkVUUFc|AGtlZnUAU0VDUkVUUFc/

/** A server that answers each line; `answer` is given the line. */
async function startServer(greeting: string, answer: (line: string) => string) {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.write(`${greeting}\r\n`)
    socket.on('data', (data) => {
      for (const line of data.toString().split('\r\n').filter(Boolean)) socket.write(`${answer(line)}\r\n`)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return { host: '127.0.0.1', port, security: 'none' as const, close: () => server.close() }
}

/** Everything an error may show to whoever logs it. */
function shown(error: unknown): string {
  const all: string[] = []
  for (let one = error; one instanceof Error; one = one.cause)
    all.push(one.message, one.stack ?? '', JSON.stringify(one, Object.getOwnPropertyNames(one)))
  return all.join('\n')
}

it('shows no password although the SMTP server repeats it', async () => {
  const server = await startServer('220 hi', (line) => {
    if (/^EHLO/i.test(line)) return '250-hi\r\n250 AUTH PLAIN'
    return /^AUTH/.test(line) ? `535 5.7.8 bad ${line}` : '250 ok'
  })
  const sender = createSender({ server, login: LOGIN, patience: 2_000 })
  const mail = { messageId: '<a@b>', from: 'a@b.test', to: 'c@d.test', text: 'x' }
  const refused = await sender.send(async () => mail).catch((error: unknown) => error)
  sender.close()
  server.close()
  expect(refused).toMatchObject({ code: 'misconfigured', field: 'login' })
  expect(shown(refused)).toContain('535')
  expect(shown(refused)).not.toMatch(HIDDEN)
})

it('shows no password although the IMAP server repeats it', async () => {
  const server = await startServer('* OK [CAPABILITY IMAP4rev1] hi', (line) => {
    const [tag = '*', command = ''] = line.split(' ')
    return command === 'LOGIN' ? `${tag} NO [AUTHENTICATIONFAILED] bad ${line}` : `${tag} OK done`
  })
  const refused = await connectInbox({ server, login: LOGIN, folder: 'INBOX' }).catch((error: unknown) => error)
  server.close()
  expect(refused).toMatchObject({ code: 'misconfigured', field: 'login' })
  expect(shown(refused)).not.toMatch(HIDDEN)
})

it('leaves what people need to know of a refused login', () => {
  const said = '535-5.7.8 Username and Password not accepted. https://support.google.com/mail/?p=BadCredentials'
  expect(withoutSecrets(said, LOGIN)).toBe(said)
  expect(withoutSecrets(`bad token ${'ya29abcDEF'.repeat(8)}`, undefined)).toBe('bad token …')
})
