import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { argv, exit, stdout } from 'node:process'
import { decode } from './codec.ts'
import { readMail } from './mime.ts'
import { isAddress } from './people.ts'
import { trimReply } from './reply-text.ts'

/** Scores a folder of public cases; one line for each miss, and the count at the end. */
export interface Score {
  right: number
  all: number
  /** One line each. */
  misses: string[]
}

/** Replies: `emails/` and, under the same names, what a person would call the answer in `trimmed/`. */
export function scoreReplies(folder: string): Score {
  const names = readdirSync(join(folder, 'emails')).sort()
  const misses = names.flatMap((name) => {
    const source = readFileSync(join(folder, 'emails', name))
    const wanted = spaced(readFileSync(join(folder, 'trimmed', name), 'utf8'))
    const text = name.endsWith('.eml')
      ? decode(readMail(source), { own: [], authservIds: [] }).text
      : trimReply(source.toString('utf8')).text
    return spaced(text) === wanted ? [] : [`${name}: ${JSON.stringify(text.slice(0, 200))}`]
  })
  return { right: names.length - misses.length, all: names.length, misses }
}

/** Blank lines and the ends of lines are not what a reply is cut by. */
function spaced(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .join('\n')
}

/**
 * Bounces: a folder of .eml files. Right is one that no robot answers and whose recipient is found; where `recipients.tsv`
 * stands beside them (name, tab, address), it must be that one.
 */
export function scoreBounces(folder: string): Score {
  const files = readdirSync(folder)
  const names = files.filter((name) => name.endsWith('.eml')).sort()
  const listed = files.includes('recipients.tsv') ? readFileSync(join(folder, 'recipients.tsv'), 'utf8') : ''
  const wanted = new Map(listed.split('\n').map((line) => line.split('\t') as [string, string | undefined]))
  const misses = names.flatMap((name) => {
    const { automatic, bounce, from } = decode(readMail(readFileSync(join(folder, name))), { own: [], authservIds: [] })
    if (automatic === undefined) return [`${name}: would be answered`]
    const found = bounce === undefined ? from?.address : bounce.recipient
    const expected = wanted.get(name)
    const right = expected === undefined ? found !== undefined && isAddress(found) : found === expected
    return right ? [] : [`${name}: ${automatic}, recipient ${found ?? 'unknown'}, not ${expected ?? 'an address'}`]
  })
  return { right: names.length - misses.length, all: names.length, misses }
}

if (import.meta.main) {
  const [folder] = argv.slice(2)
  if (folder === undefined) {
    stdout.write('usage: corpus <folder>\n')
    exit(2)
  }
  const { right, all, misses } = readdirSync(folder).includes('emails') ? scoreReplies(folder) : scoreBounces(folder)
  for (const miss of misses) stdout.write(`${miss}\n`)
  stdout.write(`${right} of ${all}\n`)
}
