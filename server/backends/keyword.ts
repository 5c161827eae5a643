import type { ActionInput, Backend, Event, Tools } from '@hutong/core/backend'
import { parts } from '@hutong/core/parts'
import { z } from 'zod'
import { mentions } from './mentions.ts'
import { summaryOf } from './summary.ts'
import { languageOf, wordsOf } from './words-of.ts'

const words = z.array(z.string().min(1).max(100)).min(1).max(100)

/** What the keyword backend knows. Texts come per language; the first language is used when none fits the question. */
export const keywordOptions = z.strictObject({
  /** The name that contacts see. */
  title: z.string().min(1).max(80).optional(),
  /** Tried in order; the first whose `any` contains a word of the question answers. */
  answers: z
    .array(z.strictObject({ any: words, parts }))
    .max(500)
    .default([]),
  /** Words that mean "a person, please". */
  people: words.default(['human', 'person', 'agent', 'representative', '人工', '真人', '客服']),
  says: z
    .record(
      z.string().max(35),
      z.strictObject({
        unknown: z.string().min(1).max(500),
        people: z.string().min(1).max(80),
        handingOver: z.string().min(1).max(500),
      }),
    )
    .default({
      en: {
        unknown: 'I have no answer to that. You can put it in other words, or talk to a person.',
        people: 'Talk to a person',
        handingOver: 'I am handing you over to a colleague. Everything you wrote goes along.',
      },
      zh: {
        unknown: '这个问题我暂时答不上来。您可以换个说法，或者转人工客服。',
        people: '转人工客服',
        handingOver: '正在为您转接人工客服，您写的内容会一并转交。',
      },
    }),
  /** After so many questions in a row without an answer the conversation goes to people. */
  patience: z.int().min(1).max(10).default(2),
})
export type KeywordOptions = z.input<typeof keywordOptions>

interface Memory {
  misses: number
  /** The entry that was decided on last, and the misses before it: the same event again is decided alike. */
  seq: number
  before: number
}

const PEOPLE = 'people'

/** Answers by keywords, gives the floor on when asked for a person or when it does not know twice. */
export function createKeywordBackend(name: string, input: KeywordOptions): Backend {
  const options = keywordOptions.parse(input)

  async function* handle(event: Event, tools: Tools): AsyncIterable<ActionInput> {
    const { body } = event.entry
    if (body.kind !== 'message') return
    const question = wordsOf(event.entry)
    const says = saysFor(options.says, question)
    const { seq } = event.entry
    const memory = ((await tools.memory.get()) as Memory | undefined) ?? { misses: 0, seq: 0, before: 0 }
    const before = memory.seq === seq ? memory.before : memory.misses
    const remember = (misses: number) => tools.memory.put({ misses, seq, before } satisfies Memory)
    const goOn = () => handOver(says.handingOver, { event, tools, forget: () => remember(0) })
    if (body.choice?.id === PEOPLE || mentions(question, options.people)) return yield* goOn()
    const answer = options.answers.find((one) => mentions(question, one.any))
    if (answer) {
      await remember(0)
      yield { kind: 'reply', parts: answer.parts }
      return
    }
    const misses = before + 1
    if (misses >= options.patience) return yield* goOn()
    yield {
      kind: 'reply',
      parts: [{ kind: 'choices', text: says.unknown, options: [{ id: PEOPLE, label: says.people }] }],
    }
    await remember(misses)
  }

  return { name, ...(options.title === undefined ? {} : { title: options.title }), answerWithin: 5_000, handle }
}

type Says = z.infer<typeof keywordOptions>['says'][string]

async function* handOver(
  text: string,
  { event, tools, forget }: { event: Event; tools: Tools; forget(): Promise<void> },
): AsyncIterable<ActionInput> {
  const summary = await summaryOf(tools, { now: event.entry })
  await forget()
  yield { kind: 'reply', parts: [{ kind: 'text', text }] }
  yield { kind: 'handoff', to: { kind: 'next' }, ...(summary === '' ? {} : { summary }) }
}

function saysFor(says: Readonly<Record<string, Says>>, question: string): Says {
  const found = says[languageOf(question)] ?? Object.values(says)[0]
  if (!found) throw new Error('says: give the texts of at least one language')
  return found
}
