import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A question and the intent it was labelled with; undefined is out of scope: nobody wrote an article for it. */
export interface Labelled {
  question: string
  intent: string | undefined
}

/** One public set of questions, in parts that never mix: what articles are made of, what thresholds are set by, what is measured. */
export interface QuestionSet {
  name: string
  language: 'en' | 'zh'
  train: readonly (Labelled & { intent: string })[]
  validation: readonly Labelled[]
  test: readonly Labelled[]
  /** Test questions left out because they stand in the other parts, word for word. */
  repeated: number
}

/** English, with its published splits and its published questions out of scope. */
export function clinc150(): QuestionSet {
  const lines = read('knowledge-clinc150.txt')
  const of = (split: string) =>
    lines
      .filter(({ heading }) => heading.split === split)
      .map(({ heading, text }) => ({
        question: text,
        intent: heading.intent === 'oos' ? undefined : heading.intent,
      }))
  return made({
    name: 'CLINC150 (excerpt)',
    language: 'en',
    train: of('train'),
    validation: of('val'),
    test: of('test'),
  })
}

/** Without an article: their questions are out of scope. The first alone is known while thresholds are set. */
const LEFT_OUT = [
  'BookRestaurant',
  'SearchScreeningEvent',
  'RateBook',
  'alarm/snooze_alarm',
  'alarm/time_left_on_alarm',
]

/** Chinese; of the published validation split, every third question sets thresholds and the others are the articles' phrasings. */
export function xsidChinese(): QuestionSet {
  const lines = read('knowledge-xsid-zh.txt').map(({ heading, text }) => {
    const [, id = '', question = ''] = /^(\d+) (.*)$/.exec(text) ?? []
    const out = LEFT_OUT.includes(heading.intent)
    return { ...heading, id: Number(id), question, label: out ? undefined : heading.intent }
  })
  const valid = lines.filter(({ split }) => split === 'valid')
  const known = ({ intent, label }: { intent: string; label: string | undefined }) =>
    label !== undefined || intent === LEFT_OUT[0]
  const labelled = ({ question, label }: (typeof lines)[number]) => ({ question, intent: label })
  return made({
    name: 'xSID 0.4 zh (excerpt)',
    language: 'zh',
    train: valid.filter(({ id, label }) => id % 3 !== 0 && label !== undefined).map(labelled),
    validation: valid.filter((one) => (one.id % 3 === 0 || one.label === undefined) && known(one)).map(labelled),
    test: lines.filter(({ split }) => split === 'test').map(labelled),
  })
}

function made(set: Omit<QuestionSet, 'train' | 'repeated'> & { train: readonly Labelled[] }): QuestionSet {
  const train = set.train.flatMap(({ question, intent }) => (intent === undefined ? [] : [{ question, intent }]))
  const said = new Set([...train, ...set.validation].map(({ question }) => bare(question)))
  const fresh = set.test.filter(({ question }) => !said.has(bare(question)))
  return { ...set, train, test: fresh, repeated: set.test.length - fresh.length }
}

function bare(question: string): string {
  return question.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '')
}

function read(name: string): { heading: { split: string; intent: string }; text: string }[] {
  let heading = { split: '', intent: '' }
  return readFileSync(join(import.meta.dirname, name), 'utf8')
    .split('\n')
    .flatMap((line) => {
      if (line.startsWith('## ')) {
        const [, split = '', intent = ''] = line.split(' ')
        heading = { split, intent }
        return []
      }
      return line === '' || line.startsWith('#') ? [] : [{ heading, text: line }]
    })
}
