import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chown, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { createTransport } from 'nodemailer'

/** A real Dovecot in a folder of its own on loopback ports: any user, one password, mail in by LMTP. */
export interface Dovecot {
  readonly imapPort: number
  /** Puts a source into the inbox of a user as a mail server does. Rejects when it is refused. */
  deliver(to: string, source: string | Buffer | Readable): Promise<void>
  /** Ends it at once, connections and all; `start` brings it back on the same ports with the same mail. */
  kill(): Promise<void>
  start(): Promise<void>
  /** Numbers the inbox of a user anew, as a restored backup does: its UIDVALIDITY changes. */
  renumber(user: string): Promise<void>
  close(): Promise<void>
}

export const PASSWORD = 'correct-horse'
/** Dovecot hands mail to nobody who is root: as root it runs as nobody. */
const NOBODY = 65_534

export async function startDovecot(): Promise<Dovecot> {
  const folder = await mkdtemp(join(tmpdir(), 'hutong-dovecot-'))
  const asRoot = process.getuid?.() === 0
  const uid = asRoot ? NOBODY : (process.getuid?.() ?? 0)
  const gid = asRoot ? NOBODY : (process.getgid?.() ?? 0)
  const [imapPort, lmtpPort] = await Promise.all([freePort(), freePort()])
  await mkdir(join(folder, 'run'))
  await mkdir(join(folder, 'mail'))
  await writeFile(join(folder, 'dovecot.conf'), config({ folder, imapPort, lmtpPort, uid, gid }))
  if (asRoot) for (const one of ['', 'run', 'mail', 'dovecot.conf']) await chown(join(folder, one), uid, gid)
  let running: ChildProcess | undefined

  async function start(): Promise<void> {
    const ids = asRoot ? { uid, gid } : {}
    const child = spawn('/usr/sbin/dovecot', ['-F', '-c', join(folder, 'dovecot.conf')], {
      stdio: process.env.DOVECOT_LOUD ? 'inherit' : 'ignore',
      ...ids,
    })
    running = child
    await Promise.all([imapPort, lmtpPort].map((port) => answers(port, child)))
  }

  async function stop(signal: NodeJS.Signals): Promise<void> {
    const child = running
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    await new Promise((resolve) => {
      child.once('exit', resolve)
      child.kill(signal)
    })
  }

  // A test run that is broken off leaves nothing running.
  const last = () => void running?.kill('SIGTERM')
  process.once('exit', last)
  await start()
  const lmtp = createTransport({ host: '127.0.0.1', port: lmtpPort, lmtp: true, ignoreTLS: true, pool: true })
  return {
    imapPort,
    async deliver(to, source) {
      await lmtp.sendMail({ envelope: { from: 'mta@stand.test', to }, raw: source })
    },
    kill: () => stop('SIGQUIT'),
    start,
    async renumber(user) {
      await stop('SIGTERM')
      const maildir = join(folder, 'mail', user)
      for (const one of await readdir(maildir))
        if (/^dovecot[.-]/.test(one)) await rm(join(maildir, one), { recursive: true })
      // The new UIDVALIDITY is the time in seconds.
      await new Promise((resolve) => setTimeout(resolve, 1_100))
      await start()
    },
    async close() {
      lmtp.close()
      process.off('exit', last)
      await stop('SIGTERM')
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
    },
  }
}

interface Settings {
  folder: string
  imapPort: number
  lmtpPort: number
  uid: number
  gid: number
}

function config({ folder, imapPort, lmtpPort, uid, gid }: Settings): string {
  const name = (flags: string) => execFileSync('id', [flags, String(uid)], { encoding: 'utf8' }).trim()
  const [user, group] = [name('-un'), name('-gn')]
  return `
base_dir = ${folder}/run
state_dir = ${folder}/run
log_path = ${folder}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = ${user}
default_internal_group = ${group}
default_login_user = ${user}
first_valid_uid = 1
mail_location = maildir:${folder}/mail/%u
mail_uid = ${uid}
mail_gid = ${gid}
passdb {
  driver = static
  args = password=${PASSWORD}
}
userdb {
  driver = static
  args = uid=${uid} gid=${gid} home=${folder}/mail/%u allow_all_users=yes
}
recipient_delimiter = +
lmtp_save_to_detail_mailbox = no
lda_mailbox_autocreate = yes
postmaster_address = postmaster@stand.test
mail_fsync = never
imap_idle_notify_interval = 2 mins
service anvil {
  chroot =
}
service imap-login {
  chroot =
  inet_listener imap {
    address = 127.0.0.1
    port = ${imapPort}
  }
  inet_listener imaps {
    port = 0
  }
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = ${lmtpPort}
  }
}
service stats {
  chroot =
}
namespace inbox {
  inbox = yes
  mailbox Sent {
    special_use = \\Sent
    auto = create
  }
}
`
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}

/** Resolves once something listens there. */
async function answers(port: number, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (child.exitCode !== null) throw new Error(`dovecot ended with ${child.exitCode}: is dovecot-imapd installed?`)
    const there = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy()
        resolve(true)
      })
      socket.once('error', () => resolve(false))
    })
    if (there) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error(`nothing listens on port ${port}`)
}
