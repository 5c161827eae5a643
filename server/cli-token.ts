import { createHash } from 'node:crypto'
import { HutongError } from '@hutong/core/errors'
import { randomText } from '@hutong/core/ids'
import { mistakesOf, settingWords } from '@hutong/core/value-words'
import { readFlags } from './cli-flags.ts'
import { tokenSettings } from './config.ts'

export const TOKEN_HELP = `hutong token new <name>           makes an API token and what the configuration needs of it (--role admin for an administrator's,
                                   --sites shop,other for these sites alone)`

interface Printing {
  say(line: string): void
  complain(line: string): void
}

const DONE = 0
const MISUSED = 2

/** The command that makes tokens. It reads no configuration and changes nothing. */
export function tokenCommands({ say, complain }: Printing) {
  return {
    async 'token new'(args: readonly string[], flags: readonly string[]): Promise<number> {
      const token = `hutong_${randomText(32)}`
      try {
        const entry = entryFor(token, [...args, ...flags])
        say(`token, shown this once: ${token}`)
        say(`for "tokens" in the configuration: ${JSON.stringify(entry)}`)
        return DONE
      } catch (error) {
        if (!(error instanceof HutongError) || error.code !== 'invalid') throw error
        complain(`hutong token new: ${error.message}`)
        return MISUSED
      }
    },
  }
}

/** What stands in the configuration for a token. Throws `invalid` with what is wrong with the words and flags. */
function entryFor(token: string, argv: string[]) {
  const { values, positionals } = readFlags({
    args: argv,
    allowPositionals: true,
    options: { role: { type: 'string' }, sites: { type: 'string', multiple: true } },
  })
  const [name, ...more] = positionals
  if (name === undefined)
    throw new HutongError(
      'invalid',
      'the name is needed: that of the backend which shows the token, or any of your own',
    )
  if (more.length > 0) throw new HutongError('invalid', `one name only, and there are ${positionals.join(' and ')}`)
  const sites = values.sites?.flatMap((some) => some.split(',')).map((one) => one.trim())
  const hash = createHash('sha256').update(token).digest('hex')
  const given = { name, hash, ...(sites && { sites }), ...(values.role !== undefined && { role: values.role }) }
  const { data, error } = tokenSettings.safeParse(given, { error: settingWords })
  if (data) return data
  const wrong = mistakesOf(error).map(
    ({ path, message }) => `${path[0] === 'name' ? 'the name' : `--${String(path[0])}`}: ${message}`,
  )
  throw new HutongError('invalid', wrong.join('; '))
}
