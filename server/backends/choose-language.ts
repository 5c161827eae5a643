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
