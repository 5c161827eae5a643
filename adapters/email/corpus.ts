import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { argv, cwd, env, exit, stderr, stdout } from 'node:process'
import { decode } from './codec.ts'
import { readMail } from './mime.ts'
import { isAddress } from './people.ts'
import { trimReply } from './reply-text.ts'

/** How well a folder of recorded mail was read. */
export interface Score {
  right: number
  all: number
  /** One line each. */
  misses: string[]
}

/** Replies: `emails/` and, under the same names, what a person would call the answer in `trimmed/`. */
export function scoreReplies(folder: string): Score {
  const wanted = new Set(filesIn(join(folder, 'trimmed')))
  return score(filesIn(join(folder, 'emails')), (name) => {
    if (!wanted.has(name)) return `has no trimmed/${name} to compare with`
    const source = readFileSync(join(folder, 'emails', name))
    const text = /\.eml$/i.test(name) ? read(source).text : trimReply(source.toString('utf8')).text
    const same = spaced(text) === spaced(readFileSync(join(folder, 'trimmed', name), 'utf8'))
    return same ? undefined : JSON.stringify(text.slice(0, 200))
  })
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
 * Bounces: a folder of .eml files. Right is one that no robot answers and whose recipient is found: the one listed in
 * `recipients.tsv` beside them (name, tab, address), else one that the mail itself states, else any address.
 */
export function scoreBounces(folder: string): Score {
  const files = filesIn(folder)
  const listed = files.includes('recipients.tsv') ? readFileSync(join(folder, 'recipients.tsv'), 'utf8') : ''
  const wanted = new Map(listed.split(/\r?\n/).map((line) => line.split('\t') as [string, string | undefined]))
  const mails = files.filter((name) => /\.eml$/i.test(name))
  return score(mails, (name) => {
    const source = readFileSync(join(folder, name))
    const { automatic, bounce, from } = read(source)
    if (automatic === undefined) return 'would be answered'
    const found = bounce === undefined ? from?.address : bounce.recipient
    const one = wanted.get(name)
    const expected = one === undefined ? (bounce === undefined ? [] : statedIn(source)) : [one]
    const right = expected.length === 0 ? found !== undefined && isAddress(found) : expected.includes(found ?? '')
    return right
      ? undefined
      : `${automatic}, recipient ${found ?? 'unknown'}, not ${expected.join(' or ') || 'an address'}`
  })
}

const STATED = /^(?:final-recipient|original-recipient|x-failed-recipients)[ \t]*:(.*(?:\n[ \t]+.*)*)/gim

/** An address on a line of its own, as notices list whom they speak of. */
const ALONE = /^[ \t]*(<?[^\s<>@]+@[^\s<>@]+>?:?)[ \t]*$/gm

/** Whom a report names as not reached, by its fields or alone on a line; nobody when it has no such fields. */
function statedIn(source: Uint8Array): string[] {
  const text = Buffer.from(source).toString('utf8').replace(/\r\n?/g, '\n')
  const fields = [...text.matchAll(STATED)]
  const found = fields.length === 0 ? [] : [...fields, ...text.matchAll(ALONE)]
  return found
    .flatMap(([, value = '']) => value.match(/[^\s<>"();,:]+@[^\s<>"();,:]+/g) ?? [])
    .map((address) => address.toLowerCase())
}

const read = (source: Uint8Array) => decode(readMail(source), { own: [], authservIds: [] })

/** `miss` says what is wrong with one case; nothing when it is right. A case that cannot be read is a miss like any other. */
function score(names: readonly string[], miss: (name: string) => string | undefined): Score {
  const misses = names.flatMap((name) => {
    try {
      const wrong = miss(name)
      return wrong === undefined ? [] : [`${name}: ${wrong}`]
    } catch (cause) {
      return [`${name}: could not be read, ${cause instanceof Error ? cause.message : cause}`]
    }
  })
  return { right: names.length - misses.length, all: names.length, misses }
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((one) => !one.isDirectory() && !one.name.startsWith('.'))
    .map(({ name }) => name)
    .sort()
}

/** Replies or bounces, whichever the folder holds; otherwise a line for people that says what is wrong with it. */
export function scoreFolder(folder: string): Score | string {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return `${folder} is no folder`
  const parts = ['emails', 'trimmed'].filter((part) =>
    statSync(join(folder, part), { throwIfNoEntry: false })?.isDirectory(),
  )
  if (parts.length === 1) return `${folder} has ${parts[0]}/ alone: replies need both emails/ and trimmed/`
  const found = parts.length === 2 ? scoreReplies(folder) : scoreBounces(folder)
  return found.all > 0 ? found : `${folder} holds no mail: neither emails/ and trimmed/ with files, nor .eml files`
}

if (import.meta.main) {
  const [folder] = argv.slice(2)
  // pnpm runs scripts inside the package; the folder was named from where pnpm was called.
  const found = folder === undefined ? 'usage: corpus <folder>' : scoreFolder(resolve(env.INIT_CWD ?? cwd(), folder))
  if (typeof found === 'string') {
    stderr.write(`${found}\n`)
    exit(2)
  }
  for (const miss of found.misses) stdout.write(`${miss}\n`)
  stdout.write(`${found.right} of ${found.all}\n`)
}
