import { type ParseArgsConfig, parseArgs } from 'node:util'
import { HutongError } from '@hutong/core/errors'
import { slips } from '@hutong/core/nearest'
import { didYouMean } from '@hutong/core/value-words'

/** The flags and words of a command. Throws `invalid` with the flag, and what was probably meant by one that there is not. */
export function readFlags<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs<T>(config)
  } catch (cause) {
    const [, flag = ''] = (cause instanceof Error && /'(-{1,2}[\w-]+)/.exec(cause.message)) || []
    if (flag === '') throw cause
    const known = Object.keys(config.options ?? {})
    if (known.includes(flag.slice(2)))
      throw new HutongError('invalid', `${flag}: ${needsValue(config, flag) ? 'needs a value' : 'takes no value'}`, {
        cause,
      })
    const near = nearestFlag(flag.replace(/^-+/, ''), known)
    const there = known.length === 0 ? '' : `; there ${known.length === 1 ? 'is' : 'are'} ${named(known)}`
    const hint = near === undefined ? there : didYouMean(`--${near}`)
    throw new HutongError('invalid', `${flag}: is no flag of this command${hint}`, { cause })
  }
}

/** A command has few flags, so that more is taken for one of them than elsewhere. */
function nearestFlag(typed: string, known: readonly string[]): string | undefined {
  const allowed = typed.length <= 5 ? 1 : 2
  return known.find((one) => slips(typed, one) <= allowed || (typed.length > 1 && one.startsWith(typed)))
}

function needsValue({ options }: ParseArgsConfig, flag: string): boolean {
  return options?.[flag.slice(2)]?.type === 'string'
}

function named(flags: readonly string[]): string {
  return flags.map((flag) => `--${flag}`).join(', ')
}
