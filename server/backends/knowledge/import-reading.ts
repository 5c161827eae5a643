import { createHash } from 'node:crypto'
import { type ArticleDraftInput, QUESTION_MAX } from './article.ts'
import { fold } from './fold.ts'

/** What a file says, before it is known whether it can be kept. */
export interface Reading {
  found: Found[]
  /** What is wrong, each as a sentence that names the file, the place in it and the remedy. */
  mistakes: string[]
  /** What was left out, each as a sentence that names the file and the place in it. */
  warnings?: string[]
  /** Absent when the file has none of its own. */
  synonyms?: readonly (readonly string[])[]
}

export interface Found {
  /** Where it stands, as people look for it: `faq.csv row 3`. */
  where: string
  article: { id: string } & Partial<Record<Exclude<keyof ArticleDraftInput, 'id'>, unknown>>
  /** Whether this is all of the article; otherwise what it does not name stays as it is kept. */
  complete: boolean
}

/** Most bytes of one file. */
export const FILE_MAX = 10 * 1024 * 1024

/** The text of a file as spreadsheets and editors write it: UTF-8 or UTF-16 with or without a mark, else GB18030. */
export function decoded(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return new TextDecoder('gb18030').decode(bytes)
  }
}

/** An id that the same question always gets: readable for Latin letters, a digest for everything else. */
export function idFor(question: string): string {
  const plain = fold(question.slice(0, QUESTION_MAX)).trim()
  const slug = plain.replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-+|-+$/g, '')
  const readable = slug.length > 0 && slug.length <= 60 && !/[^\p{Script=Latin}\p{Script=Common}]/u.test(plain)
  return readable ? slug : `q-${createHash('sha256').update(plain).digest('hex').slice(0, 16)}`
}

const STATES: Readonly<Record<string, string>> = {
  草稿: 'draft',
  审核: 'review',
  待审核: 'review',
  审核中: 'review',
  发布: 'published',
  已发布: 'published',
  上线: 'published',
  下线: 'retired',
  已下线: 'retired',
  停用: 'retired',
}

/** The state's own name, for what people write in either language; anything else as it is. */
export function stateFor(written: string): string {
  const plain = written.trim().toLowerCase()
  return STATES[plain] ?? plain
}

/** Between the tags of an article. */
export const TAGS = /[|｜,，、;；\r\n]+/

/** The pieces between separators, without empty ones. */
export function pieces(written: string, separator: RegExp): string[] {
  return written
    .split(separator)
    .map((one) => one.trim())
    .filter((one) => one !== '')
}
