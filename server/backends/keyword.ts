import type { ActionInput, Backend, Event, Tools } from '@hutong/core/backend'
import { parts } from '@hutong/core/parts'
import { z } from 'zod'
import { PEOPLE } from '../asks-for-person.ts'
import { handoffAction } from './handoff-action.ts'
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
  says: z
    .record(
      z.string().max(35),
      z.strictObject({
        unknown: z.string().min(1).max(500),
        people: z.string().min(1).max(80),
      }),
    )
    .default({
      en: {
        unknown: 'I have no answer to that. You can put it in other words, or talk to a person.',
        people: 'Talk to a person',
      },
      zh: {
        unknown: '这个问题我暂时答不上来。您可以换个说法，或者转人工客服。',
        people: '转人工客服',
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

/** Answers by keywords, offers a person where it does not know, and gives the floor on when it does not know again. */
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
    const answer = options.answers.find((one) => mentions(question, one.any))
    if (answer) {
      await remember(0)
      yield { kind: 'reply', parts: answer.parts }
      return
    }
    const misses = before + 1
    if (misses >= options.patience) {
      const action = await passedOn(misses, { event, tools })
      await remember(0)
      return yield action
    }
    yield {
      kind: 'reply',
      parts: [{ kind: 'choices', text: says.unknown, options: [{ id: PEOPLE, label: says.people }] }],
    }
    await remember(misses)
  }

  return { name, ...(options.title !== undefined && { title: options.title }), answerWithin: 5_000, handle }
}

type Says = z.infer<typeof keywordOptions>['says'][string]

async function passedOn(misses: number, { event, tools }: { event: Event; tools: Tools }): Promise<ActionInput> {
  const summary = await summaryOf(tools, { now: event.entry })
  const reason = misses === 1 ? 'no answer to the question' : `no answer to ${misses} questions in a row`
  return handoffAction({ reason, summary })
}

function saysFor(says: Readonly<Record<string, Says>>, question: string): Says {
  const found = says[languageOf(question)] ?? Object.values(says)[0]
  if (!found) throw new Error('says: give the texts of at least one language')
  return found
}
