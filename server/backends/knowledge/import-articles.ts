import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, extname, join, relative } from 'node:path'
import { HutongError } from '@hutong/core/errors'
import { fieldWords, mistakesOf } from '@hutong/core/value-words'
import { type Article, type ArticleDraft, type ArticleState, articleDraft } from './article.ts'
import { readCsv } from './import-csv.ts'
import { readJson } from './import-json.ts'
import { readMarkdown } from './import-markdown.ts'
import { decoded, FILE_MAX, type Found, type Reading } from './import-reading.ts'
import { mapInSlices } from './in-slices.ts'
import type { By, KnowledgeBase } from './knowledge-base.ts'
import { ARTICLES_MAX } from './knowledge-store.ts'
import { parsedSynonyms } from './parsed.ts'

export interface ImportOptions extends By {
  /** Tells what would happen and changes nothing. */
  dryRun?: boolean
  /** For articles whose state the file does not say. Those that are there keep theirs without it, others begin as drafts. */
  state?: ArticleState
}

type Kept = Pick<KnowledgeBase, 'articles' | 'synonyms'>

/** The ids of the articles, by what happened to them or would. */
export interface Imported {
  made: string[]
  changed: string[]
  same: string[]
  /** What of the file was left out, a sentence each; absent when nothing was. */
  warnings?: string[]
}

const FILES_MAX = 5_000
const MISTAKES_SHOWN = 20

type Read = (name: string, bytes: Uint8Array) => Reading | Promise<Reading>

const READERS: Readonly<Record<string, Read>> = {
  '.csv': readCsv,
  '.tsv': readCsv,
  '.md': (name, bytes) => readMarkdown(name, decoded(bytes)),
  '.markdown': (name, bytes) => readMarkdown(name, decoded(bytes)),
  '.json': (name, bytes) => readJson(name, decoded(bytes)),
}

/** Reads a file, or every Markdown file of a folder and those below. Rejects with `invalid` for what cannot be read at all. */
export async function readImport(path: string): Promise<Reading> {
  const pages = await importFiles(path)
  if (pages[0] === path) return readContent(basename(path), await bounded(path))
  const all = { found: [] as Found[], mistakes: [] as string[], warnings: [] as string[] }
  for (const page of pages) {
    const { found, mistakes, warnings = [] } = await readContent(relative(path, page), await bounded(page))
    all.found.push(...found)
    all.mistakes.push(...mistakes)
    all.warnings.push(...warnings)
  }
  return all
}

/** The file itself, or the Markdown files of a folder, in their order. Rejects with `invalid` where there are none. */
export async function importFiles(path: string): Promise<string[]> {
  const about = await stat(path).catch((cause: unknown) => {
    throw new HutongError('invalid', `${path}: there is no such file or folder`, { cause })
  })
  if (!about.isDirectory()) return [path]
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const pages = entries
    .filter((one) => one.isFile() && /\.(md|markdown)$/i.test(one.name) && !/^(README|_)/.test(one.name))
    .map((one) => join(one.parentPath, one.name))
    .sort()
  if (pages.length === 0)
    throw new HutongError('invalid', `${path}: holds no .md files; name a CSV or JSON file by itself`)
  if (pages.length > FILES_MAX)
    throw new HutongError('too_large', `${path}: holds ${pages.length} files, more than ${FILES_MAX}; import in parts`)
  return pages
}

/** Reads what came as a file of that name; the name's ending says how. Rejects as `readImport` does. */
export async function readContent(name: string, bytes: Uint8Array): Promise<Reading> {
  if (bytes.length > FILE_MAX)
    throw new HutongError('too_large', `${name}: is larger than ${FILE_MAX / 1024 / 1024} MiB; import it in parts`)
  const read = READERS[extname(name).toLowerCase()]
  if (!read)
    throw new HutongError('invalid', `${name}: is none of ${Object.keys(READERS).join(', ')}; save it as one of them`)
  return read(name, bytes)
}

async function bounded(path: string): Promise<Uint8Array> {
  const { size } = await stat(path)
  if (size > FILE_MAX)
    throw new HutongError('too_large', `${path}: is larger than ${FILE_MAX / 1024 / 1024} MiB; import it in parts`)
  return readFile(path)
}

/**
 * Takes all of it over or nothing, and lets others have their turn while it is at it. An article that says the same as the one
 * kept makes no version. Rejects with `invalid`, whose message names every mistake with its place, one a line; with `conflict` when an
 * article was changed meanwhile.
 */
export async function importArticles(base: Kept, reading: Reading, options: ImportOptions): Promise<Imported> {
  const mistakes = [...reading.mistakes]
  const drafted = await mapInSlices(reading.found, (one) => draftFor(base, one, options.state))
  const planned = drafted.flatMap((one) => ('draft' in one ? [one] : []))
  mistakes.push(...drafted.flatMap((one) => ('wrong' in one ? one.wrong : [])))
  mistakes.push(...twice(reading.found), ...wrongSynonyms(reading))
  if (mistakes.length === 0 && planned.length === 0 && reading.synonyms === undefined)
    mistakes.push('there are no articles in it: see that it has more than headings')
  if (planned.length > ARTICLES_MAX)
    mistakes.push(`these are ${planned.length} articles, more than ${ARTICLES_MAX}: import fewer`)
  if (mistakes.length > 0) throw refused(mistakes)
  const warnings = shortened(reading.warnings ?? [])
  const imported: Imported = { made: [], changed: [], same: [], ...(warnings.length > 0 && { warnings }) }
  for (const { draft, was } of planned) imported[was].push(draft.id)
  if (options.dryRun) return imported
  const drafts = planned.filter(({ was }) => was !== 'same').map(({ draft }) => draft)
  if (drafts.length > 0) await base.articles.putAll(drafts, { by: options.by })
  if (reading.synonyms && JSON.stringify(reading.synonyms) !== JSON.stringify(base.synonyms.list()))
    base.synonyms.replace(reading.synonyms, { by: options.by })
  return imported
}

function refused(mistakes: readonly string[]): HutongError {
  return new HutongError('invalid', ['nothing was imported:', ...shortened(mistakes)].join('\n'))
}

function shortened(all: readonly string[]): string[] {
  const shown = all.slice(0, MISTAKES_SHOWN)
  return all.length > shown.length ? [...shown, `and ${all.length - shown.length} more`] : shown
}

/** What is to be kept of it, or why it cannot be. */
function draftFor(
  { articles }: Kept,
  { where, article, complete }: Found,
  state: ArticleState | undefined,
): { draft: ArticleDraft; was: 'made' | 'changed' | 'same' } | { wrong: string[] } {
  const kept = articles.get(article.id)
  const old = kept && draftOf(kept)
  const merged = complete ? article : { ...old, ...article }
  if (!complete && article.answer !== undefined && old?.parts !== undefined) delete merged.parts
  const wanted = article.state ?? state ?? old?.state ?? 'draft'
  const read = articleDraft.safeParse({ ...merged, state: wanted }, { error: fieldWords })
  if (!read.success)
    return {
      wrong: mistakesOf(read.error).map(({ path, message }) => `${where}, ${path.join('.') || 'article'}: ${message}`),
    }
  const same = old !== undefined && JSON.stringify(old) === JSON.stringify(read.data)
  return { draft: read.data, was: same ? 'same' : old ? 'changed' : 'made' }
}

function wrongSynonyms({ synonyms }: Reading): string[] {
  try {
    if (synonyms) parsedSynonyms(synonyms)
    return []
  } catch (error) {
    if (error instanceof HutongError) return [error.message]
    throw error
  }
}

function draftOf({ version: _, updatedAt: __, ...draft }: Article): ArticleDraft {
  return draft
}

function twice(found: readonly Found[]): string[] {
  const first = new Map<string, string>()
  return found.flatMap(({ where, article: { id } }) => {
    const before = first.get(id)
    if (before === undefined) {
      first.set(id, where)
      return []
    }
    return [
      `${where}: has the id "${id}" of ${before} (ids come from the question where none is given); give each its own`,
    ]
  })
}
