import { plainText } from '@hutong/core/degrade'

/** A text for everybody, or one for each language. */
export type Texts = string | Readonly<Record<string, string>>

const REFERENCE = /\{\{\s*([^{}|]{1,80}?)\s*(?:\|([^{}]{0,200}))?\}\}/g

/** What a text refers to: `{{order}}`, `{{contact.name|there}}`. */
export function referencesIn(text: string): string[] {
  return [...text.matchAll(REFERENCE)].map(([, name = '']) => name)
}

export function textIn(texts: Texts, language: string): string {
  if (typeof texts === 'string') return texts
  return texts[language] ?? Object.values(texts)[0] ?? ''
}

type Look = (name: string) => string | undefined

/** The text with its references filled in, as plain text; what has no value becomes what stands after "|", or nothing. */
export function filled(text: string, look: Look): string {
  return text.replaceAll(REFERENCE, (_, name: string, otherwise: string | undefined) => {
    const value = look(name)?.replaceAll(/\s+/g, ' ').trim()
    return value === undefined || value === '' ? (otherwise ?? '') : value
  })
}

/** For the query or path of an address. */
export function filledAddress(text: string, look: Look): string {
  return filled(text, (name) => {
    const value = look(name)
    return value === undefined ? undefined : encodeURIComponent(value.toWellFormed())
  })
}

/**
 * Values are never read as Markdown: surfaces differ in what they take for an escape, so a text that is given a value with signs of
 * Markdown goes out plain.
 */
export function filledMarkdown(text: string, look: Look): { text: string; format: 'plain' | 'markdown' } {
  const marked = referencesIn(text).some((name) => /[\\`*_~[\]()<>#|!&]|^\s*([-+]|\d+[.)])/.test(look(name) ?? ''))
  if (!marked) return { text: filled(text, look), format: 'markdown' }
  return { text: filled(plainText(text), look), format: 'plain' }
}

const SCRIPTS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/u, ['ja']],
  [/\p{Script=Hangul}/u, ['ko']],
  [/\p{Script=Han}/u, ['zh', 'ja']],
  [/\p{Script=Cyrillic}/u, ['ru', 'uk', 'bg', 'sr']],
  [/\p{Script=Arabic}/u, ['ar', 'fa', 'ur']],
  [/\p{Script=Thai}/u, ['th']],
  [/\p{Script=Greek}/u, ['el']],
  [/\p{Script=Hebrew}/u, ['he']],
]
const OTHER_SCRIPTS = SCRIPTS.flatMap(([, tags]) => tags)

export interface LanguageClues {
  locale: string | undefined
  text: string
  /** The language that was spoken so far. */
  before: string | undefined
}

/** One of `languages`: the contact's own, else the one whose script they write; a number or a code changes nothing. */
export function chooseLanguage(languages: readonly string[], { locale, text, before }: LanguageClues): string {
  const own = locale === undefined ? undefined : fitting(languages, [locale])
  if (own !== undefined) return own
  const [, tags] = SCRIPTS.find(([script]) => script.test(text)) ?? []
  const written = tags && fitting(languages, tags)
  if (written !== undefined) return written
  if (before !== undefined && languages.includes(before) && !/\p{L}{2}\s{1,3}(\p{L}\s{1,3})?\p{L}{2}/u.test(text))
    return before
  return languages.find((one) => !OTHER_SCRIPTS.includes(primary(one))) ?? languages[0] ?? 'en'
}

function fitting(languages: readonly string[], tags: readonly string[]): string | undefined {
  const exact = languages.find((one) => tags.some((tag) => tag.toLowerCase() === one.toLowerCase()))
  return exact ?? languages.find((one) => tags.some((tag) => primary(tag) === primary(one)))
}

function primary(tag: string): string {
  return tag.toLowerCase().split(/[-_]/)[0] ?? ''
}
