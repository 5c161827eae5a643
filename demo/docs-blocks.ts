import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One block of code in README.md, in a package's README.md or in docs/*.md. */
export interface Block {
  page: string
  line: number
  language: string
  /** What stands behind the language: `run`, or the wire that a program speaks. */
  info: string
  code: string
  /** Where it lies as a file of its own. */
  file: string
}

export const ROOT = join(import.meta.dirname, '..')

const EXTENSIONS: Readonly<Record<string, string>> = { tsx: 'tsx', python: 'py', php: 'php' }

/** Every block of the documentation, to be written below `folder`. */
export function readBlocks(folder: string): Block[] {
  mkdirSync(folder, { recursive: true })
  return pages().flatMap((page) => blocksOf(page, folder))
}

export function named(all: readonly Block[]): (readonly [string, Block])[] {
  return all.map((block) => [`${block.page}:${block.line}`, block] as const)
}

function pages(): string[] {
  const docs = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'))
  const packages = ['adapters/core', 'adapters/websocket', 'adapters/email', 'server', 'widget']
  return ['README.md', ...packages.map((folder) => `${folder}/README.md`), ...docs.map((name) => `docs/${name}`)]
}

function blocksOf(page: string, folder: string): Block[] {
  const text = readFileSync(join(ROOT, page), 'utf8')
  return [...text.matchAll(/^( *)```(\w+)([^\n]*)\n([\s\S]*?)^\1```[ \t]*$/gm)].map((match) => {
    const [, indent = '', language = '', info = '', code = ''] = match
    const line = text.slice(0, match.index).split('\n').length
    const name = `${page.replace(/\W+/g, '-')}-${line}.${EXTENSIONS[language] ?? 'ts'}`
    const undented = code.replaceAll(new RegExp(`^${indent}`, 'gm'), '')
    return { page, line, language, info: info.trim(), code: undented, file: join(folder, name) }
  })
}
