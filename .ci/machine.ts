import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * What the tests need beyond npm. Missing packages are installed with apt where that is allowed; where it is not, they are
 * named in one sentence and the run ends here.
 */
interface Need {
  what: string
  packages: readonly string[]
  present(): boolean
}

const NEEDS: readonly Need[] = [
  { what: 'Chromium for the browser tests', packages: ['chromium'], present: () => onPath('chromium') },
  {
    what: 'a font with Chinese characters for the browser tests',
    packages: ['fonts-noto-cjk'],
    present: () => output('fc-list', [':lang=zh', 'family']).trim() !== '',
  },
  {
    what: 'Dovecot for the mail tests',
    packages: ['dovecot-imapd', 'dovecot-lmtpd'],
    present: () =>
      ['/usr/sbin/dovecot', '/usr/lib/dovecot/imap', '/usr/lib/dovecot/lmtp'].every((one) => existsSync(one)),
  },
  { what: 'Python for the examples in docs/', packages: ['python3'], present: () => onPath('python3') },
  { what: 'PHP for the examples in docs/', packages: ['php-cli'], present: () => onPath('php') },
]

function onPath(command: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

function output(command: string, args: readonly string[]): string {
  return spawnSync(command, args, { encoding: 'utf8' }).stdout ?? ''
}

/** Undefined when it went well, else why not. */
function install(packages: readonly string[]): string | undefined {
  if (!onPath('apt-get')) return 'this machine has no apt-get'
  if (process.getuid?.() !== 0) return 'only root may install'
  console.log(`installing ${packages.join(' ')} for the tests`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const steps = [['update'], ['install', '--yes', '--no-install-recommends', ...packages]]
  for (const step of steps) {
    const { status } = spawnSync('apt-get', ['--quiet', ...step], { env, stdio: ['ignore', 'ignore', 'inherit'] })
    if (status !== 0) return `apt-get ${step[0]} failed`
  }
  return undefined
}

const missing = NEEDS.filter((need) => !need.present())
const packages = missing.flatMap((need) => need.packages)
if (missing.length > 0) {
  const names = missing.map(({ what }) => what).join(' and ')
  const trouble = install(packages) ?? (missing.every((need) => need.present()) ? undefined : 'it is still missing')
  if (trouble) {
    console.error(
      `The tests need ${names}, and ${trouble}: run "sudo apt-get install ${packages.join(' ')}" (or your system's way) and start again.`,
    )
    process.exitCode = 1
  }
}
