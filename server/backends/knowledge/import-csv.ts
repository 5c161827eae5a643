import { pipeline } from 'node:stream/promises'
import { setImmediate } from 'node:timers/promises'
import { nearest } from '@hutong/core/nearest'
import { CsvError, parse } from 'csv-parse'
import { decoded, type Found, idFor, pieces, type Reading, stateFor, TAGS } from './import-reading.ts'
import { mapInSlices } from './in-slices.ts'

const COLUMNS = {
  id: ['id', '编号', '标识'],
  question: ['question', 'q', '问题', '标准问题', '标准问', '标题'],
  answer: ['answer', 'a', '答案', '回答', '回复'],
  phrasings: ['phrasings', 'phrasing', 'similar questions', '相似问题', '相似问', '其他问法', '问法', '扩展问'],
  category: ['category', '分类', '类别', '类目'],
  tags: ['tags', 'tag', '标签'],
  state: ['state', 'status', '状态'],
  language: ['language', 'lang', '语言'],
  handoff: ['handoff', '转人工'],
} as const

type Column = keyof typeof COLUMNS

const YES = ['yes', 'true', '1', 'y', '是']
const NO = ['no', 'false', '0', 'n', '否', '']

interface Row {
  cells: string[]
  line: number
}

/** A spreadsheet saved as CSV: a row of headings, in English or Chinese, and one article a row. */
export async function readCsv(name: string, bytes: Uint8Array): Promise<Reading> {
  const rows = await rowsOf(name, decoded(bytes))
  if ('mistake' in rows) return { found: [], mistakes: [rows.mistake] }
  const [head, ...body] = rows.all
  const { columns, mistakes, warnings } = columnsOf(name, head?.cells ?? [])
  if (mistakes.length > 0) return { found: [], mistakes }
  const found: Found[] = []
  await mapInSlices(body, (row, at) => {
    if (row.cells.every((cell) => cell.trim() === '')) return
    const where = placeOf(name, at + 2, row.line)
    if (row.cells.length > columns.length && row.cells.slice(columns.length).some((cell) => cell.trim() !== ''))
      mistakes.push(`${where}: has more cells than there are headings; put a text that holds the separator in quotes`)
    else found.push(articleOf(where, columns, row.cells))
  })
  return { found, mistakes, warnings }
}

async function rowsOf(name: string, text: string): Promise<{ all: Row[] } | { mistake: string }> {
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: false,
    delimiter: separatorOf(text),
  })
  const all: Row[] = []
  let last = 0
  try {
    await pipeline(piecesOf(Buffer.from(text)), parser, async (records) => {
      for await (const { record, info } of records as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
        all.push({ cells: record, line: last + 1 })
        last = info.lines
      }
    })
    return { all }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    return { mistake: `${name}: is not CSV: ${error.message}; save it from the spreadsheet as "CSV UTF-8" again` }
  }
}

/** So many bytes are read between two turns of everything else. */
const PIECE = 32 * 1024

async function* piecesOf(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += PIECE) {
    yield bytes.subarray(at, at + PIECE)
    await setImmediate()
  }
}

/** Spreadsheets use what their country does not use in numbers. */
function separatorOf(text: string): string {
  const head = text.slice(0, text.search(/[\r\n]|$/))
  const count = (separator: string) => head.split(separator).length
  return [',', ';', '\t'].toSorted((a, b) => count(b) - count(a))[0] ?? ','
}

function placeOf(name: string, row: number, line: number): string {
  return `${name} row ${row}${row === line ? '' : ` (line ${line})`}`
}

interface Columns {
  /** Undefined for those that are left out. */
  columns: (Column | undefined)[]
  mistakes: string[]
  warnings: string[]
}

/** A heading that is nearly one of ours is a mistake; any other is a column for somebody else. */
function columnsOf(name: string, head: readonly string[]): Columns {
  const mistakes: string[] = []
  const warnings: string[] = []
  const names = Object.entries(COLUMNS) as [Column, readonly string[]][]
  const columns = head.map((heading) => {
    const plain = heading.trim().toLowerCase()
    if (plain === '') return undefined
    const column = names.find(([, written]) => written.includes(plain))?.[0]
    if (column === undefined) {
      const near = nearest(
        plain,
        names.flatMap(([, written]) => written),
      )
      const where = `${name} row 1, "${heading.trim()}"`
      if (near !== undefined) mistakes.push(`${where}: is no heading; did you mean "${near}"?`)
      else warnings.push(`${where}: this column was left out; the headings are ${Object.keys(COLUMNS).join(', ')}`)
    }
    return column
  })
  for (const column of new Set(columns))
    if (column !== undefined && columns.indexOf(column) !== columns.lastIndexOf(column))
      mistakes.push(`${name} row 1, ${column}: stands there twice; leave one of them out`)
  if (mistakes.length === 0 && !columns.includes('question'))
    mistakes.push(`${name} row 1: has no heading "question" (or 问题); the first row must name the columns`)
  return { columns, mistakes, warnings }
}

function articleOf(where: string, columns: readonly (Column | undefined)[], cells: readonly string[]): Found {
  const given = new Map(columns.flatMap((column, at) => (column ? [[column, (cells[at] ?? '').trim()] as const] : [])))
  const question = given.get('question') ?? ''
  const article: Found['article'] = { id: given.get('id') || idFor(question) }
  for (const [column, written] of given) {
    if (column === 'id') continue
    const value = cellValue(column, written)
    if (value !== KEPT) article[column] = value
  }
  return { where, article, complete: false }
}

/** For a cell that says nothing. */
const KEPT = Symbol('kept')

function cellValue(column: Exclude<Column, 'id'>, written: string): unknown {
  switch (column) {
    case 'question':
      return written
    case 'phrasings':
      return pieces(written, /[|｜\r\n]+/)
    case 'tags':
      return pieces(written, TAGS)
    case 'handoff':
      return yesOrNo(written.toLowerCase())
    case 'state':
      return written === '' ? KEPT : stateFor(written)
    case 'answer':
    case 'category':
    case 'language':
      return written === '' ? undefined : written
  }
}

/** What is neither goes on as it is, to be refused with everything else that is wrong. */
function yesOrNo(written: string): boolean | string {
  if (NO.includes(written)) return false
  return YES.includes(written) || written
}
