import { nearest } from '@hutong/core/nearest'
import { fieldWords, mistakesOf } from '@hutong/core/value-words'
import { LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { type Found, idFor, pieces, type Reading, stateFor, TAGS } from './import-reading.ts'

/** What may stand between the two `---` at the top of a file. */
const frontMatter = z.strictObject({
  id: z.string().optional(),
  question: z.string().optional(),
  phrasings: z.array(z.string()).optional(),
  category: z.string().optional(),
  tags: z.preprocess((tags) => (typeof tags === 'string' ? pieces(tags, TAGS) : tags), z.array(z.string()).optional()),
  state: z.string().transform(stateFor).optional(),
  language: z.string().optional(),
  handoff: z.boolean().optional(),
})
type FrontMatter = z.infer<typeof frontMatter>

const ALSO_MAX = 40
/** Longest front matter. */
const HEAD_MAX = 16_000

interface Section {
  level: 0 | 1 | 2
  title: string
  id: string | undefined
  line: number
  lines: string[]
}

const ALSO = /^(?:#{3,6}\s*)?\**(?:also asked|other ways to ask|相似问题|相似问|其他问法)\**\s*[:：]?\**\s*$/i

/**
 * A page of Markdown. With `##` headings each of them is a question and what follows its answer, and the `#` heading is their
 * category; without, or where the front matter names the question, the page is one article.
 */
export function readMarkdown(name: string, text: string): Reading {
  const page = splitFrontMatter(name, text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n'))
  if (page.mistakes.length > 0) return { found: [], mistakes: page.mistakes }
  return { ...readPage(name, page), warnings: page.warnings }
}

type Page = Pick<ReturnType<typeof splitFrontMatter>, 'head' | 'body' | 'firstLine'>

function readPage(name: string, { head, body, firstLine }: Page): Reading {
  const mistakes: string[] = []
  const sections = sectionsOf(body, firstLine)
  const several = head.question === undefined && head.id === undefined && sections.some(({ level }) => level === 2)
  if (!several) return onePage(name, head, { body, sections })
  const title = sections.find(({ level }) => level === 1)?.title
  const category = head.category ?? title
  const { phrasings: _, ...shared } = head
  if (head.phrasings)
    mistakes.push(`${name} line 1, phrasings: a page of several questions says them under each, after "Also asked:"`)
  const found = sections
    .filter(({ level }) => level === 2)
    .map(({ title, id = idFor(title), line, lines }): Found => {
      const { answer, phrasings } = answerOf(lines)
      const article = { ...shared, id, question: title, phrasings, answer, ...(category !== undefined && { category }) }
      return { where: `${name} line ${line}`, article, complete: false }
    })
  return { found, mistakes }
}

function onePage(name: string, head: FrontMatter, { body, sections }: { body: string; sections: Section[] }): Reading {
  const title = sections.find(({ level }) => level === 1)
  const question = head.question ?? title?.title
  if (question === undefined) {
    const remedy = 'begin it with "# " and the question, or name "question" in the front matter'
    return { found: [], mistakes: [`${name} line 1: has no question; ${remedy}`] }
  }
  const lines = body.split('\n')
  if (title && head.question === undefined) lines.splice(lines.indexOf(headingIn(lines)), 1)
  const { answer, phrasings } = answerOf(lines)
  const id = head.id ?? title?.id ?? idFor(question)
  const article = { ...head, id, question, phrasings: [...(head.phrasings ?? []), ...phrasings], answer }
  return { found: [{ where: `${name} line ${title?.line ?? 1}`, article, complete: false }], mistakes: [] }
}

function headingIn(lines: readonly string[]): string {
  return lines.find((line) => /^#\s/.test(line)) ?? ''
}

function splitFrontMatter(name: string, text: string) {
  const match = /^---[ \t]*\n(?:([\s\S]*?)\n)?---[ \t]*(?:\n|$)/.exec(text)
  const none = { head: {} as FrontMatter, body: text, firstLine: 1, mistakes: [] as string[], warnings: [] as string[] }
  if (!match) return none
  const firstLine = match[0].split('\n').length
  const body = text.slice(match[0].length)
  if (match[0].length > HEAD_MAX)
    return { ...none, mistakes: [`${name} line 1: the front matter is longer than ${HEAD_MAX} characters; shorten it`] }
  const lineCounter = new LineCounter()
  const document = parsedYaml(match[1] ?? '', lineCounter)
  if (document === undefined)
    return {
      ...none,
      mistakes: [`${name} line 1: the front matter is nested too deep; it holds names, texts and lists`],
    }
  if (document.errors.length > 0) {
    const mistakes = document.errors.map(
      ({ message, pos }) =>
        `${name} line ${lineCounter.linePos(pos[0]).line + 1}: the front matter is not YAML: ${message.split('\n')[0]}`,
    )
    return { ...none, mistakes }
  }
  const { value, warnings } = withoutOthers(name, plainly(document) ?? {})
  const read = frontMatter.safeParse(value, { error: fieldWords })
  if (read.success) return { head: read.data, body, firstLine, mistakes: [], warnings }
  const mistakes = mistakesOf(read.error).map(({ path, message }) => {
    const field = path.map(String).join('.')
    return `${name}, front matter, ${field}: ${message}`
  })
  return { ...none, mistakes }
}

/** What others read of the front matter is left out; a name that is nearly one of ours stays, to be refused. */
function withoutOthers(name: string, value: unknown): { value: unknown; warnings: string[] } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { value, warnings: [] }
  const known = Object.keys(frontMatter.shape)
  const others = Object.keys(value).filter((key) => !known.includes(key) && nearest(key, known) === undefined)
  return {
    value: Object.fromEntries(Object.entries(value).filter(([key]) => !others.includes(key))),
    warnings: others.map((key) => `${name}, front matter, ${key}: was left out; it may name ${known.join(', ')}`),
  }
}

/** Undefined for what is nested deeper than the parser can go. */
function parsedYaml(text: string, lineCounter: LineCounter): ReturnType<typeof parseDocument> | undefined {
  try {
    return parseDocument(text, { lineCounter })
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** The value, unless it is written to grow without end by what it refers to. */
function plainly(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS()
  } catch (error) {
    if (error instanceof ReferenceError || error instanceof RangeError) return error.message
    throw error
  }
}

function sectionsOf(body: string, firstLine: number): Section[] {
  const sections: Section[] = [{ level: 0, title: '', id: undefined, line: firstLine, lines: [] }]
  let fence: string | undefined
  for (const [at, line] of body.split('\n').entries()) {
    const mark = /^\s{0,3}(```|~~~)/.exec(line)?.[1]
    if (mark !== undefined) fence = fence === undefined ? mark : fence === mark ? undefined : fence
    const heading = fence === undefined ? headingOf(line) : undefined
    if (heading) sections.push({ ...heading, line: firstLine + at, lines: [] })
    else sections.at(-1)?.lines.push(line)
  }
  return sections
}

function headingOf(line: string): Pick<Section, 'level' | 'title' | 'id'> | undefined {
  const mark = /^#{1,2}(?=\s)/.exec(line)?.[0]
  if (mark === undefined) return undefined
  const written = line.slice(mark.length).trim()
  const named = /\{#([\w.-]{1,64})\}$/.exec(written)
  const title = (named ? written.slice(0, named.index) : written).trim().replace(/\s#+$/, '')
  return { level: mark === '#' ? 1 : 2, title, id: named?.[1] }
}

/** The answer, and the list after "Also asked:" taken out of it. */
function answerOf(lines: readonly string[]): { answer: string | undefined; phrasings: string[] } {
  const answer: string[] = []
  const phrasings: string[] = []
  let listing = false
  for (const line of lines) {
    const plain = line.trim()
    const item = /^[-*+]\s+(.+)$/.exec(plain)?.[1]
    if (plain.length <= ALSO_MAX && ALSO.test(plain)) listing = true
    else if (listing && item !== undefined) phrasings.push(item)
    else if (!listing || plain !== '') {
      listing = false
      answer.push(line)
    }
  }
  const text = answer.join('\n').trim()
  return { answer: text === '' ? undefined : text, phrasings }
}
