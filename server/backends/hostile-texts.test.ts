import { plainText, understand } from '@hutong/core/degrade'
import type { Entry } from '@hutong/core/entry'
import { describe, expect, it } from 'vitest'
import { asksForPerson } from '../asks-for-person.ts'
import { isRequest, readRating } from '../rating-words.ts'
import { chooseLanguage } from './choose-language.ts'
import { checkAnswer, readTyped } from './form-answers.ts'
import { fold } from './knowledge/fold.ts'
import { readContent } from './knowledge/import-articles.ts'
import { createTermReader } from './knowledge/terms.ts'
import { mentions } from './mentions.ts'
import { estimateTokens } from './openai/estimate-tokens.ts'
import { spokenIn } from './openai/prompt.ts'
import { findPattern } from './pattern.ts'
import { decode, messageOf } from './rasa/rasa-codec.ts'
import { readable } from './readable.ts'
import { summaryOf } from './summary.ts'
import { filled, filledMarkdown, referencesIn } from './texts.ts'

const LENGTH = 8_000
const WITHIN_MS = 50

/** What makes expressions try long: repeated signs that open, close, separate or are skipped. */
const REPEATED = [
  ...[
    '~~a ',
    '**a ',
    '***a ',
    '_a ',
    '__a ',
    '*a ',
    '```a\n',
    '`a',
    '[a](b',
    '[a](b "',
    '<http://a',
    '<mailto:a',
    '![a',
    ' #',
    '\\[',
  ],
  ...[
    ' ',
    '\t',
    '\n',
    '\r\n',
    '\u3000',
    '\u200b',
    ' \t',
    '\n ',
    '。',
    '，',
    '、',
    '.',
    ',',
    '!',
    '?',
    ';',
    ':',
    '-',
    '–',
  ],
  ...['"', "'", '(', ')', '[', ']', '](', '<', '>', '</', '<|', '{', '}', '{{', '}}', '{{a', '{{a|', '{{ |', '|', '\\'],
  ...[
    '*',
    '**',
    '_',
    '`',
    '~~',
    '#',
    '# ',
    '## ',
    '- ',
    '1. ',
    '![',
    '---\n',
    '@',
    'a@',
    'a.',
    '://',
    'http://a',
    '/',
    '&',
    '=',
  ],
  ...[
    '0',
    '1',
    '9 ',
    '十',
    '1,',
    '1,000',
    '+',
    'a',
    'a ',
    'é',
    'e\u0301',
    'ﷺ',
    '\ud800',
    '⭐',
    '👍',
    '[INST]',
    '<think>',
    '请',
    '的',
  ],
  ...[
    'please ',
    'can i ',
    'talk to ',
    'a ',
    'real ',
    'person ',
    'not ',
    'i want ',
    '你好',
    '谢谢',
    '转',
    '人工',
    '一下',
    '我们',
    '给我',
    '都说了',
    '一个',
  ],
]
const AROUND = [
  ['', ''],
  ['a', 'b'],
  ['x{{', ''],
  ['x{{a|', 'b'],
  ['转', '吗'],
  ['4', '!'],
  ['---\n', '\n--x'],
  ['# ', 'b'],
] as const

const TEXTS = REPEATED.flatMap((one) =>
  AROUND.map(([before, after]) => {
    const room = LENGTH - before.length - after.length
    return `${before}${one.repeat(Math.floor(room / one.length))}${after}`
  }),
)

const entryOf = (text: string, id = 'c1'): Entry => ({
  conversation: 'v1',
  seq: 1,
  key: 'k',
  at: 0,
  from: { kind: id === 'bot' ? 'bot' : 'contact', id },
  body: { kind: 'message', parts: [{ kind: 'text', text, format: id === 'bot' ? 'markdown' : 'plain' }] },
})
const options = Array.from({ length: 20 }, (_, at) => ({ id: `o${at}`, label: `Label ${at}`, number: at + 1 }))
const terms = createTermReader([['refund', 'money back']])
const bytes = (text: string) => new TextEncoder().encode(text)
const FIELDS = ['text', 'email', 'tel', 'number', 'date', 'checkbox', 'textarea'] as const

const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  'a template': (text) => [filled(text, () => 'x'), referencesIn(text), filledMarkdown(text, () => undefined)],
  'a value in a template': (text) => filledMarkdown('a {{x}} b', () => text),
  'a wish for a person': asksForPerson,
  'a typed score': (text) => [
    readRating(text, 'csat'),
    readRating(text, 'nps'),
    readRating(text, 'solved'),
    isRequest(text),
  ],
  'an option': (text) => understand(text, { kind: 'choices', part: 0, options }),
  'a typed form': (text) => readTyped([{ name: 'n', label: 'N', type: 'text', required: true }], text),
  'a pattern': (text) => findPattern(text, '{letters:1-20}-{digits:1-20}'),
  'a word': (text) => mentions(text, ['refund', '退款']),
  'a language': (text) => chooseLanguage(['en', 'zh'], { locale: undefined, text, before: 'en' }),
  'a question': (text) => [fold(text), terms(text)],
  'a turn for a model': (text) => [
    spokenIn(entryOf(text), { edited: undefined, linkTo: undefined }),
    estimateTokens(text),
  ],
  'a turn for Rasa': (text) => [messageOf(entryOf(text), {}), decode([{ text }])],
  'Markdown as words': (text) => [plainText(text), readable(text)],
  'articles in Markdown': (text) => readContent('a.md', bytes(`# ${text}`)),
  'articles in JSON': (text) => readContent('a.json', bytes(JSON.stringify([{ question: text, answer: text }]))),
  ...Object.fromEntries(
    FIELDS.map((type) => [
      `a form’s ${type}`,
      (text: string) => checkAnswer({ type, required: true, options: undefined }, text),
    ]),
  ),
}

/** The best of three: other work of the machine is nobody's fault. */
function millisecondsOf(read: () => unknown): number {
  let best = Number.POSITIVE_INFINITY
  for (let run = 0; run < 3 && best > WITHIN_MS; run += 1) {
    const started = performance.now()
    read()
    best = Math.min(best, performance.now() - started)
  }
  return best
}

describe('8,000 signs that are chosen to take long take no time to be read', () => {
  it.each(Object.entries(READERS))('as %s', (_, read) => {
    const slow = TEXTS.flatMap((text) => {
      const taken = Math.round(millisecondsOf(() => read(text)))
      return taken > WITHIN_MS
        ? [`${taken} ms: ${JSON.stringify(text.slice(0, 20))} … ${JSON.stringify(text.slice(-5))}`]
        : []
    })
    expect(slow).toEqual([])
  })

  it('as a summary', async () => {
    for (const text of TEXTS) {
      const history = async () => [entryOf(text, 'bot'), entryOf(text)]
      const started = performance.now()
      await summaryOf({ history })
      expect(performance.now() - started, JSON.stringify(text.slice(0, 20))).toBeLessThan(2 * WITHIN_MS)
    }
  })
})
