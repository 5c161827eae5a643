import { chmod, mkdir, readFile, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { HutongError } from '@hutong/core/errors'
import { parse as parseFields } from '@hutong/core/parse'
import { CsvError, parse } from 'csv-parse/sync'
import { type ArticleState, articleState } from './backends/knowledge/article.ts'
import { importArticles, readImport } from './backends/knowledge/import-articles.ts'
import { everyArticle, exported } from './backends/knowledge/import-json.ts'
import { decoded, FILE_MAX } from './backends/knowledge/import-reading.ts'
import { createKnowledgeBase, type KnowledgeBase } from './backends/knowledge/knowledge-base.ts'
import type { Settings } from './config.ts'
import { makeDataFolder } from './data-folder.ts'

export const KNOWLEDGE_HELP = `hutong knowledge import <path>    takes articles from CSV, JSON or a folder of Markdown (--dry-run, --state published)
hutong knowledge export           writes all articles as JSON
hutong knowledge list             shows the articles (--state draft)
hutong knowledge match <question> ranks the answers to a question, or measures a CSV of questions with their articles`

interface Printing {
  settingsOf(flags: readonly string[]): Promise<Settings>
  say(line: string): void
}

type Command = (args: readonly string[], flags: readonly string[]) => Promise<number>

const DONE = 0
const FAILED = 1

/** The commands on the articles of a knowledge backend. A relay that is running sees what they change with its next question. */
export function knowledgeCommands({ settingsOf, say }: Printing): Record<string, Command> {
  const command =
    (
      work: (base: KnowledgeBase, asked: Asked) => Promise<readonly string[] | { lines: string[]; failed: boolean }>,
    ): Command =>
    async (args, flags) => {
      const asked = askedFor(args, flags)
      const settings = await settingsOf(asked.rest)
      const base = await openBase(settings, asked.options.backend)
      try {
        const done = await work(base, asked)
        const { lines, failed } = 'lines' in done ? done : { lines: done, failed: false }
        for (const line of lines) say(line)
        return failed ? FAILED : DONE
      } finally {
        base.close()
      }
    }
  return {
    'knowledge import': command(takeIn),
    'knowledge export': command(async (base) => [JSON.stringify(exported(base), null, 2)]),
    'knowledge list': command(list),
    'knowledge match': command(match),
  }
}

/** Options with a value, and those without. */
const VALUED = ['backend', 'state', 'language', 'limit', 'at-least'] as const
const BARE = ['dry-run'] as const

interface Asked {
  words: string[]
  options: Partial<Record<(typeof VALUED)[number] | (typeof BARE)[number], string>>
  /** What is for the settings. */
  rest: string[]
}

function askedFor(args: readonly string[], flags: readonly string[]): Asked {
  const asked: Asked = { words: [...args], options: {}, rest: [] }
  for (let at = 0; at < flags.length; at++) {
    const [name = '', value] = (flags[at] ?? '').replace(/^--/, '').split(/=(.*)/s, 2)
    const bare = BARE.find((one) => one === name)
    const valued = VALUED.find((one) => one === name)
    if (bare) asked.options[bare] = 'yes'
    else if (valued) {
      const given = value ?? flags[++at]
      if (given === undefined) throw new HutongError('invalid', `--${name}: needs a value`)
      asked.options[valued] = given
    } else if (flags[at]?.startsWith('--')) {
      asked.rest.push(flags[at] ?? '')
      const next = flags[at + 1]
      if (value === undefined && next !== undefined && !next.startsWith('--')) asked.rest.push(flags[++at] ?? '')
    } else asked.words.push(flags[at] ?? '')
  }
  return asked
}

async function openBase(settings: Settings, wanted: string | undefined): Promise<KnowledgeBase> {
  const names = knowledgeBackends(settings)
  const name = wanted ?? names[0]
  if (name === undefined)
    throw new HutongError('invalid', 'no knowledge backend is configured: put "knowledge" into the routing of a site')
  if (!names.includes(name))
    throw new HutongError(
      'invalid',
      `--backend ${name}: is no knowledge backend; there is ${names.join(', ') || 'none'}`,
    )
  if (wanted === undefined && names.length > 1)
    throw new HutongError(
      'invalid',
      `there are several knowledge backends: say --backend ${names.join(' or --backend ')}`,
    )
  await makeDataFolder(settings.data)
  const folder = join(settings.data, 'backends', name)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
  return createKnowledgeBase({ folder, clock: { now: Date.now } })
}

/** Those configured, and the one that a routing chain names without settings of its own. */
function knowledgeBackends({ backends, sites }: Settings): string[] {
  const named = [...Object.keys(backends), ...sites.flatMap(({ routing }) => routing)]
  return [...new Set(named)].filter((name) => (backends[name]?.kind ?? name) === 'knowledge')
}

async function takeIn(base: KnowledgeBase, { words, options }: Asked): Promise<string[]> {
  const [path] = words
  if (path === undefined)
    throw new HutongError('invalid', 'hutong knowledge import <file or folder>: the path is needed')
  const dryRun = options['dry-run'] !== undefined
  const state = stateOf(options.state)
  const {
    made,
    changed,
    same,
    warnings = [],
  } = await importArticles(base, await readImport(path), {
    by: 'import',
    dryRun,
    ...(state && { state }),
  })
  const drafts = state === undefined && [...made, ...changed].some((id) => base.articles.get(id)?.state === 'draft')
  return [
    ...(dryRun ? [...made.map((id) => `new      ${id}`), ...changed.map((id) => `changed  ${id}`)] : []),
    ...warnings.map((one) => `left out: ${one}`),
    `${dryRun ? 'would be ' : ''}${made.length} new, ${changed.length} changed, ${same.length} unchanged`,
    ...(drafts
      ? ['some are drafts, which customers are not told: --state published publishes what names no state']
      : []),
  ]
}

function stateOf(given: string | undefined): ArticleState | undefined {
  return given === undefined ? undefined : parseFields(articleState, given)
}

async function list(base: KnowledgeBase, { options }: Asked): Promise<string[]> {
  const state = stateOf(options.state)
  const wanted = [...everyArticle(base.articles)].filter((one) => state === undefined || one.state === state)
  if (wanted.length === 0)
    return [
      state === undefined
        ? 'there are no articles yet; hutong knowledge import <path> brings some'
        : `there is no article of the state ${state}`,
    ]
  return wanted.map((one) => [one.id, one.state, `v${one.version}`, one.category ?? '', one.question].join('\t'))
}

async function match(base: KnowledgeBase, { words, options }: Asked) {
  const [asked] = words
  if (asked === undefined) throw new HutongError('invalid', 'hutong knowledge match <question>: the question is needed')
  const named = /\.(csv|tsv)$/i.test(asked)
  const isFile = named && (await stat(asked).catch(() => undefined))?.isFile()
  if (named && !isFile && words.length === 1 && !/\s/.test(asked))
    throw new HutongError('invalid', `${asked}: there is no such file in ${resolve(dirname(asked))}`)
  if (isFile) return measured(base, await labelled(asked), options)
  const limit = Number(options.limit ?? 5)
  if (!Number.isInteger(limit) || limit < 1)
    throw new HutongError('invalid', '--limit: must be a whole number, at least 1')
  const { language } = options
  const found = base.match(words.join(' '), { limit, ...(language !== undefined && { language }) })
  if (found.length === 0) return ['no published article has a word of it']
  return found.map(({ id, question, score, why }) =>
    [score.toFixed(3), id, question, ['', question].includes(why.phrasing) ? '' : `by "${why.phrasing}"`]
      .join('\t')
      .trimEnd(),
  )
}

interface LabelledQuestion {
  question: string
  /** Empty: no article answers it. */
  expected: string
}

const QUESTION = ['question', '问题']
const EXPECTED = ['id', 'article', 'intent', 'label', '编号']

async function labelled(path: string): Promise<LabelledQuestion[]> {
  if ((await stat(path)).size > FILE_MAX)
    throw new HutongError('too_large', `${path}: is larger than ${FILE_MAX} bytes`)
  const rows = rowsOf(path, decoded(await readFile(path)))
  const head = (rows[0] ?? []).map((one) => one.trim().toLowerCase())
  const [question, expected] = [QUESTION, EXPECTED].map((names) => head.findIndex((one) => names.includes(one)))
  if (question === undefined || question < 0 || expected === undefined || expected < 0)
    throw new HutongError(
      'invalid',
      `${path} row 1: must have the headings "question" and "id"; an empty id stands for no answer`,
    )
  const all = rows
    .slice(1)
    .map((row) => ({ question: (row[question] ?? '').trim(), expected: (row[expected] ?? '').trim() }))
  const asked = all.filter((one) => one.question !== '')
  if (asked.length === 0) throw new HutongError('invalid', `${path}: holds no questions`)
  return asked
}

function rowsOf(path: string, text: string): string[][] {
  try {
    return parse(text, { bom: true, relax_column_count: true, delimiter: path.endsWith('.tsv') ? '\t' : ',' })
  } catch (error) {
    if (error instanceof CsvError) throw new HutongError('invalid', `${path}: is not CSV: ${error.message}`)
    throw error
  }
}

/** How often the right article comes first, and for what others are taken. */
function measured(base: KnowledgeBase, all: readonly LabelledQuestion[], options: Asked['options']) {
  const least = Number(options['at-least'] ?? 0)
  if (!(least >= 0 && least <= 1)) throw new HutongError('invalid', '--at-least: must be a share, from 0 to 1')
  const ids = new Set([...everyArticle(base.articles)].map(({ id }) => id))
  const unknown = [...new Set(all.map(({ expected }) => expected))].filter((id) => id !== '' && !ids.has(id))
  if (unknown.length > 0)
    throw new HutongError(
      'invalid',
      `there are no articles ${unknown
        .slice(0, 10)
        .map((id) => `"${id}"`)
        .join(', ')}`,
    )
  const tried = all.map((one) => ({ ...one, found: base.match(one.question, { limit: 3 }) }))
  const answerable = tried.filter(({ expected }) => expected !== '')
  const strange = tried.filter(({ expected }) => expected === '')
  const first = answerable.filter(({ expected, found }) => found[0]?.id === expected)
  const three = answerable.filter(({ expected, found }) => found.some(({ id }) => id === expected))
  const confused = Map.groupBy(
    answerable.filter((one) => !first.includes(one)),
    ({ expected, found }) => `${expected} → ${found[0]?.id ?? 'nothing'}`,
  )
  const share = first.length / Math.max(1, answerable.length)
  const lines = [
    `top-1 ${percent(first.length, answerable.length)}, top-3 ${percent(three.length, answerable.length)}`,
    ...(strange.length > 0 ? [scoresOf(strange)] : []),
    ...[...confused]
      .toSorted(([, a], [, b]) => b.length - a.length)
      .map(
        ([pair, ones]) =>
          `${ones.length}\t${pair}\t${ones[0]?.question} (${ones[0]?.found[0]?.score.toFixed(3) ?? '-'})`,
      ),
  ]
  return { lines, failed: share < least }
}

function percent(part: number, of: number): string {
  return of === 0 ? 'of none' : `${((part / of) * 100).toFixed(1)} % (${part} of ${of})`
}

function scoresOf(strange: readonly { found: readonly { score: number }[] }[]): string {
  const scores = strange.map(({ found }) => found[0]?.score ?? 0).sort((a, b) => a - b)
  const middle = scores[Math.floor(scores.length / 2)] ?? 0
  const of = `${scores.length} ${scores.length === 1 ? 'question' : 'questions'} without an article`
  return `${of}: the best match scores ${middle.toFixed(3)} in the median, ${(scores.at(-1) ?? 0).toFixed(3)} at most`
}
