import type { Words } from './en.ts'

/** One language, loaded: its words, and the tag that `Intl` writes dates and numbers by. */
export interface Locale {
  tag: string
  dir: 'ltr' | 'rtl'
  words: Words
}

const LOADERS = {
  en: () => import('./en.ts'),
  zh: () => import('./zh-CN.ts'),
} satisfies Record<string, () => Promise<{ words: Words }>>

const RIGHT_TO_LEFT = new Set(['ar', 'fa', 'he', 'ur'])

/**
 * Fetches the words for a BCP 47 tag. A language nobody has written yet gets English words, with dates and numbers of the
 * language asked for. Rejects when the chunk cannot be fetched.
 */
export async function loadLocale(tag: string): Promise<Locale> {
  const language = (tag.split('-')[0] ?? '').toLowerCase()
  const { words } = await LOADERS[isWritten(language) ? language : 'en']()
  return {
    tag: Intl.DateTimeFormat.supportedLocalesOf(wellFormed(tag))[0] ?? 'en',
    dir: RIGHT_TO_LEFT.has(language) && isWritten(language) ? 'rtl' : 'ltr',
    words,
  }
}

function isWritten(language: string): language is keyof typeof LOADERS {
  return Object.hasOwn(LOADERS, language)
}

function wellFormed(tag: string): string {
  return /^[a-z]{2,8}(-[a-z0-9]{1,8})*$/i.test(tag) ? tag : 'en'
}
