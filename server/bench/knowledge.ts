import { parseArgs } from 'node:util'
import { createPlainBm25 } from './knowledge-bm25.ts'
import { bestThreshold, type Decide, type Engine, from, type Measured, measure } from './knowledge-measure.ts'
import { openOurs } from './knowledge-ours.ts'
import { clinc150, type QuestionSet, xsidChinese } from './knowledge-questions.ts'

/**
 * The knowledge base beside plain BM25 (SQLite's FTS5) on public labelled questions: how often the right article comes first, what
 * customers are told, and what becomes of questions that no article answers. No threshold ever sees a test question: settings are to be
 * judged by `--validation`, which shows the same figures for the validation questions.
 */
const { values: flags } = parseArgs({ options: { validation: { type: 'boolean', default: false } } })

const COLUMNS: readonly (readonly [keyof Measured, string])[] = [
  ['top1', 'top-1'],
  ['top3', 'top-3'],
  ['right', 'right'],
  ['wrong', 'wrong'],
  ['offeredRight', 'offered'],
  ['offeredWrong', 'missed'],
  ['passedOn', 'handed over'],
  ['strangePassedOn', 'handed over'],
  ['strangeOffered', 'offered'],
  ['strangeAnswered', 'answered'],
]
const NAME = 42

async function run(set: QuestionSet): Promise<void> {
  const questions = asked(set)
  const outOfScope = questions.filter(({ intent }) => intent === undefined).length
  print(
    `\n${set.name}: ${new Set(set.train.map(({ intent }) => intent)).size} articles of ${set.train.length} phrasings; ` +
      `${questions.length - outOfScope} ${flags.validation ? 'validation' : 'test'} questions with an answer, ${outOfScope} without, ${set.repeated} left out that stand in the other parts too`,
  )
  print(`${' '.repeat(NAME)}${pad('with an answer:', 68)}without one:`)
  print(`${' '.repeat(NAME)}${COLUMNS.map(([, title]) => pad(title, width(title))).join('')}`)
  const ours = await openOurs(set.train)
  const begun = performance.now()
  await row(`${ours.name}, as shipped`, ours, { set, decide: ours.shipped })
  const each = (performance.now() - begun) / questions.length
  const plain = (['unicode61', 'trigram'] as const).flatMap((tokenizer) =>
    (['phrasings', 'articles'] as const).map((documents) => createPlainBm25(set.train, { tokenizer, documents })),
  )
  for (const engine of [ours, ...plain]) {
    const least = await bestThreshold(engine, set.validation)
    await row(`${engine.name}, from ${least.toFixed(2)}`, engine, { set, decide: from(least) })
  }
  print(`${each.toFixed(2)} ms a question, all of the backend's work`)
  await ours.close()
}

function asked(set: QuestionSet): QuestionSet['test'] {
  return flags.validation ? set.validation : set.test
}

async function row(name: string, engine: Engine, { set, decide }: { set: QuestionSet; decide: Decide }): Promise<void> {
  const measured = await measure(engine, asked(set), decide)
  print(
    `${pad(name, NAME)}${COLUMNS.map(([key, title]) => pad(`${(measured[key] * 100).toFixed(1)} %`, width(title))).join('')}`,
  )
}

function width(title: string): number {
  return Math.max(9, title.length + 2)
}

function pad(text: string, to: number): string {
  return text.padEnd(to)
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

print(
  'Sources and licences: server/bench/knowledge-NOTICE.md. Engines with "from" answer from the score that did best on the',
)
print('validation questions; "as shipped" is the backend with its default settings, which also offers choices.')
for (const set of [clinc150(), xsidChinese()]) await run(set)
