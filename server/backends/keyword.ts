import type { ActionInput, Backend, Event, Tools } from '@hutong/core/backend'
import { parse } from '@hutong/core/parse'
import { parts } from '@hutong/core/parts'
import { z } from 'zod'
import { PEOPLE } from '../asks-for-person.ts'
import { handoffAction } from './handoff-action.ts'
import { type LeftOpen, leftOpen } from './left-open.ts'
import { mentions, readSaid } from './mentions.ts'
import { summaryOf } from './summary.ts'
import { languageOf, wordsOf } from './words-of.ts'

const words = z.array(z.string().trim().min(1).max(100)).min(1).max(100)
const text = (max: number) => z.string().trim().min(1).max(max)

/** What the keyword backend knows. Texts come per language; the first language is used when none fits the question. */
export const keywordOptions = z.strictObject({
  /** The name that contacts see. */
  title: z.string().min(1).max(80).optional(),
  /** Tried in order; the first whose `any` contains a word of the question answers. Only when none does, mistyped words are looked at. */
  answers: z
    .array(z.strictObject({ any: words, parts }))
    .max(500)
    .default([]),
  says: z
    .record(
      z.string().max(35),
      z.strictObject({
        unknown: text(500),
        people: text(80),
        /** Said to who chose something that led here and has asked nothing yet. Default: built in, in English and Chinese. */
        asks: text(500).optional(),
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
type Settings = z.infer<typeof keywordOptions>

const ASKS = { en: 'What would you like to know?', zh: '请问您想了解什么？' }

interface Memory {
  misses: number
  /** The entry that was decided on last, and the misses before it: the same event again is decided alike. */
  seq: number
  before: number
}

interface Asking {
  settings: Settings
  event: Event
  tools: Tools
}

/** Answers by keywords, offers a person where it does not know, and gives the floor on when it does not know again. */
export function createKeywordBackend(name: string, input: KeywordOptions): Backend {
  const settings = parse(keywordOptions, input)

  async function* handle(event: Event, tools: Tools): AsyncIterable<ActionInput> {
    const asking = { settings, event, tools }
    const open = await openIn(event, tools)
    if (open.kind === 'question') yield* answered(wordsOf(open.entry), asking)
    else if (open.kind === 'answer') yield await passedOn('what was asked for is for somebody else', asking)
    else if (open.kind === 'pick' && !open.answered) yield asks(settings, wordsOf(open.entry))
  }

  return { name, ...(settings.title !== undefined && { title: settings.title }), answerWithin: 5_000, handle }
}

/** What the contact waits for, also when another bot was asked for it before. */
async function openIn({ entry }: Event, tools: Tools): Promise<LeftOpen> {
  switch (entry.body.kind) {
    case 'message':
      return { kind: 'question', entry }
    case 'answer':
      return { kind: 'answer', entry, answered: false }
    case 'handoff':
      return leftOpen(await tools.history({ limit: HISTORY }), entry)
    default:
      return { kind: 'nothing' }
  }
}

const HISTORY = 50

async function* answered(question: string, asking: Asking): AsyncIterable<ActionInput> {
  const { settings, event, tools } = asking
  const { seq } = event.entry
  const memory = ((await tools.memory.get()) as Memory | undefined) ?? { misses: 0, seq: 0, before: 0 }
  const before = memory.seq === seq ? memory.before : memory.misses
  const remember = (misses: number) => tools.memory.put({ misses, seq, before } satisfies Memory)
  const answer = answerTo(question, settings)
  if (answer) {
    await remember(0)
    yield { kind: 'reply', parts: answer.parts }
    return
  }
  const misses = before + 1
  if (misses >= settings.patience) {
    const reason = misses === 1 ? 'no answer to the question' : `no answer to ${misses} questions in a row`
    const action = await passedOn(reason, asking)
    await remember(0)
    return yield action
  }
  const { unknown, people } = saysFor(settings.says, question)
  yield { kind: 'reply', parts: [{ kind: 'choices', text: unknown, options: [{ id: PEOPLE, label: people }] }] }
  await remember(misses)
}

function answerTo(question: string, { answers }: Settings): Settings['answers'][number] | undefined {
  const said = readSaid(question)
  return (
    answers.find(({ any }) => mentions(said, any)) ?? answers.find(({ any }) => mentions(said, any, { slips: true }))
  )
}

function asks({ says }: Settings, chosen: string): ActionInput {
  return { kind: 'reply', parts: [{ kind: 'text', text: saysFor(says, chosen).asks ?? ASKS[languageOf(chosen)] }] }
}

type Says = Settings['says'][string]

async function passedOn(reason: string, { event, tools }: Asking): Promise<ActionInput> {
  const summary = await summaryOf(tools, { now: event.entry })
  return handoffAction({ reason, summary })
}

function saysFor(says: Readonly<Record<string, Says>>, question: string): Says {
  const found = says[languageOf(question)] ?? Object.values(says)[0]
  if (!found) throw new Error('says: give the texts of at least one language')
  return found
}
