import { computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import { words as english, type Words } from '../locales/en.ts'
import { words as chinese } from '../locales/zh-CN.ts'
import { createFormat, type Format } from './format.ts'
import { FILTERS, type Filter } from './inbox-item.ts'

export const LANGUAGES = { en: 'English', 'zh-CN': '简体中文' } as const
export type Language = keyof typeof LANGUAGES
export type Theme = 'system' | 'light' | 'dark'

/** What an agent chose for this browser. */
export interface Preferences {
  readonly language: Signal<Language>
  readonly theme: Signal<Theme>
  readonly sound: Signal<boolean>
  readonly notify: Signal<boolean>
  /** The part of the list looked at last; undefined until one was chosen. */
  readonly filter: Signal<Filter | undefined>
  /** Keys that act without Ctrl or ⌘. */
  readonly shortcuts: Signal<boolean>
  readonly words: ReadonlySignal<Words>
  readonly format: ReadonlySignal<Format>
}

const WORDS: Readonly<Record<Language, Words>> = { en: english, 'zh-CN': chinese }

export function createPreferences(
  storage: Pick<Storage, 'getItem' | 'setItem'>,
  languages: readonly string[],
): Preferences {
  function kept<T>(name: string, start: T, valid: (value: unknown) => boolean): Signal<T> {
    const key = `hutong-desk:${name}`
    const held = read(storage, key)
    const one = signal(valid(held) ? (held as T) : start)
    effect(() => {
      write(storage, key, one.value)
    })
    return one
  }
  const isBoolean = (value: unknown) => typeof value === 'boolean'
  const language = kept<Language>('language', preferred(languages), (value) => String(value) in LANGUAGES)
  return {
    language,
    theme: kept<Theme>('theme', 'system', (value) => value === 'light' || value === 'dark' || value === 'system'),
    sound: kept('sound', true, isBoolean),
    notify: kept('notify', false, isBoolean),
    filter: kept<Filter | undefined>('filter', undefined, (value) => FILTERS.some((one) => one === value)),
    shortcuts: kept('shortcuts', true, isBoolean),
    words: computed(() => WORDS[language.value]),
    format: computed(() => createFormat(language.value)),
  }
}

function preferred(languages: readonly string[]): Language {
  return languages
    .find((tag) => /^(zh|en)\b/i.test(tag))
    ?.toLowerCase()
    .startsWith('zh')
    ? 'zh-CN'
    : 'en'
}

/** Browsers may forbid storage altogether; choices then last as long as the page. */
function read(storage: Pick<Storage, 'getItem'>, key: string): unknown {
  try {
    return JSON.parse(storage.getItem(key) ?? 'null')
  } catch {
    return null
  }
}

function write(storage: Pick<Storage, 'setItem'>, key: string, value: unknown): boolean {
  try {
    if (value !== undefined) storage.setItem(key, JSON.stringify(value))
    return true
  } catch {
    return false
  }
}
