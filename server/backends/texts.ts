import { plainText } from '@hutong/core/degrade'

/** A text for everybody, or one for each language. */
export type Texts = string | Readonly<Record<string, string>>

const REFERENCE = /\{\{([^{}|]{1,120})(?:\|([^{}]{0,200}))?\}\}/g
/** What is longer is no name. */
const NAME_MAX = 80

/** What a text refers to: `{{order}}`, `{{contact.name|there}}`. */
export function referencesIn(text: string): string[] {
  return [...text.matchAll(REFERENCE)].flatMap(([, name = '']) => nameIn(name) ?? [])
}

function nameIn(between: string): string | undefined {
  const name = between.trim()
  return name === '' || name.length > NAME_MAX ? undefined : name
}

export function textIn(texts: Texts, language: string): string {
  if (typeof texts === 'string') return texts
  return texts[language] ?? Object.values(texts)[0] ?? ''
}

/** In every language it is there in. */
export function allOf(texts: Texts): string[] {
  return typeof texts === 'string' ? [texts] : Object.values(texts)
}

type Look = (name: string) => string | undefined

/** The text with its references filled in, as plain text; what has no value becomes what stands after "|", or nothing. */
export function filled(text: string, look: Look): string {
  return text.replaceAll(REFERENCE, (whole, between: string, otherwise: string | undefined) => {
    const name = nameIn(between)
    if (name === undefined) return whole
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
