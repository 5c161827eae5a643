import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'vite'

export const ROOT = join(import.meta.dirname, '../..')

/** One of our source files, as far as its shape matters. */
export interface Source {
  path: string
  text: string
  lines: number
  imports: { specifier: string; types: boolean }[]
  functions: { name: string; line: number; lines: number; whole: number; parameters: number }[]
  comments: string[]
  tests: { title: string; within: string }[]
  anys: number
  awaits: number
  classes: number
  emptyCatches: number
  exportsAll: boolean
  exportsDefault: boolean
}

interface Node {
  type: string
  start: number
  end: number
  [field: string]: unknown
}

export function readSources(): Source[] {
  const skipped = (path: string) => /(^|\/)(node_modules|dist|\.data|fixtures)(\/|$)/.test(path)
  return globSync('{adapters,server,widget,demo,.ci}/**/*.{ts,tsx}', { cwd: ROOT, exclude: skipped })
    .filter((path) => !skipped(path))
    .sort()
    .map((path) => readSource(path, readFileSync(join(ROOT, path), 'utf8')))
}

/** Titles with those of the groups around them; templates of `test.each` count once. */
export function stringsOfTests({ tests }: Source): string[] {
  return tests.map(({ within, title }) => `${within} ${title}`)
}

export function readSource(path: string, text: string): Source {
  const { program, comments, module } = parseSync(path, text)
  const starts = [...text.matchAll(/\n/g)].map(({ index }) => index)
  const lineOf = (offset: number) => starts.filter((start) => start < offset).length + 1
  const source: Source = {
    path,
    text,
    lines: starts.length + (text.endsWith('\n') ? 0 : 1),
    imports: [],
    functions: [],
    comments: comments.map(({ value }) => value),
    tests: [],
    anys: 0,
    awaits: 0,
    classes: 0,
    emptyCatches: 0,
    exportsAll: module.staticExports.some(({ entries }) =>
      entries.some(({ importName }) => importName.kind === 'AllButDefault' || importName.kind === 'All'),
    ),
    exportsDefault: module.staticExports.some(({ entries }) =>
      entries.some(({ exportName }) => exportName.kind === 'Default'),
    ),
  }
  walk(program as unknown as Node, { source, lineOf, name: 'anonymous', groups: [] })
  return source
}

interface Place {
  source: Source
  lineOf(offset: number): number
  /** What the next function would be called. */
  name: string
  /** Titles of the groups of tests around. */
  groups: string[]
}

const FUNCTIONS = ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']

function walk(node: Node, place: Place): void {
  const { source } = place
  readImport(node, source)
  if (FUNCTIONS.includes(node.type)) source.functions.push(measure(node, place))
  if (node.type === 'TSAnyKeyword') source.anys += 1
  if (node.type === 'AwaitExpression') source.awaits += 1
  if (node.type === 'ClassDeclaration' || node.type === 'ClassExpression') source.classes += 1
  if (node.type === 'CatchClause' && isEmpty(node, source)) source.emptyCatches += 1
  const title = titleOf(node, source.text)
  if (title?.kind === 'test') source.tests.push({ title: title.text, within: place.groups.join(' ') })
  const groups = title?.kind === 'group' ? [...place.groups, title.text] : place.groups
  const name = nameOf(node) ?? place.name
  for (const child of children(node)) walk(child, { ...place, groups, name })
}

function children(node: Node): Node[] {
  return Object.values(node)
    .flat()
    .filter((one): one is Node => typeof one === 'object' && one !== null && 'type' in one && 'start' in one)
}

function readImport(node: Node, { imports }: Source): void {
  const { source, importKind, exportKind, specifiers } = node as Node & { source?: Node & { value?: unknown } }
  if (typeof source?.value !== 'string') return
  const named = Array.isArray(specifiers) ? specifiers : []
  if (node.type === 'TSImportType') {
    imports.push({ specifier: source.value, types: true })
    return
  }
  const allTypes = named.length > 0 && named.every((one) => one.importKind === 'type' || one.exportKind === 'type')
  imports.push({ specifier: source.value, types: importKind === 'type' || exportKind === 'type' || allTypes })
}

/** `lines` leaves out those of the functions inside, `whole` does not. */
function measure(node: Node, { lineOf, name }: Place): Source['functions'][number] {
  const line = lineOf(node.start)
  const inner = innerFunctions(node).reduce((sum, one) => sum + lineOf(one.end) - lineOf(one.start), 0)
  const parameters = Array.isArray(node.params) ? node.params.length : 0
  const whole = lineOf(node.end) - line + 1
  return { name: nameOf(node) ?? name, line, lines: whole - inner, whole, parameters }
}

/** The nearest functions inside, not those inside them. */
function innerFunctions(node: Node): Node[] {
  return children(node).flatMap((one) => (FUNCTIONS.includes(one.type) ? [one] : innerFunctions(one)))
}

function nameOf(node: Node): string | undefined {
  const { id, key } = node as Node & { id?: { name?: string } | null; key?: { name?: string } }
  return id?.name ?? key?.name
}

function isEmpty(node: Node, { text }: Source): boolean {
  const { body } = node as Node & { body: Node & { body: unknown[] } }
  return body.body.length === 0 && text.slice(body.start + 1, body.end - 1).trim() === ''
}

function titleOf(node: Node, text: string): { kind: 'test' | 'group'; text: string } | undefined {
  if (node.type !== 'CallExpression') return undefined
  const { callee, arguments: given } = node as Node & { callee: Node; arguments: Node[] }
  const [called] = /^(test|it|describe)\b/.exec(text.slice(callee.start, callee.end)) ?? []
  const [first] = given
  if (!called || !first || (first.type !== 'Literal' && first.type !== 'TemplateLiteral')) return undefined
  return { kind: called === 'describe' ? 'group' : 'test', text: text.slice(first.start + 1, first.end - 1) }
}
