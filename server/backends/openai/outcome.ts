import type { ActionInput, Event, Tools } from '@hutong/core/backend'
import type { Entry } from '@hutong/core/entry'
import { TEXT_MAX } from '@hutong/core/parts'
import { z } from 'zod'
import { summaryOf } from '../summary.ts'
import { languageOf } from '../words-of.ts'

/** How an event was answered, or how often the answer broke off. Kept, so that a repeated event is answered with the same words. */
const memory = z.object({
  event: z.string(),
  broken: z.number().default(0),
  outcome: z
    .object({ text: z.string(), handoff: z.object({ reason: z.string(), summary: z.string() }).optional() })
    .optional(),
})
type Memory = z.output<typeof memory>
export type Outcome = NonNullable<Memory['outcome']>

const SAYS = {
  en: {
    cut: '*(The answer breaks off here.)*',
    declined: 'I cannot answer that. I am passing you on.',
  },
  zh: { cut: '*（回答在此中断。）*', declined: '这个问题我无法回答，正在为您转接。' },
}

/** What is remembered of this event; nothing of any other. */
export async function remembered({ id }: Event, tools: Tools): Promise<Memory> {
  const read = memory.safeParse(await tools.memory.get())
  return read.success && read.data.event === id ? read.data : { event: id, broken: 0 }
}

/** A text that broke off, marked as such in its own language. */
export function cutOff(text: string): string {
  return `${text}\n\n${SAYS[languageOf(text)].cut}`
}

/** What stands in place of a text that a filter took away. */
export function declined(text: string): string {
  return SAYS[languageOf(text)].declined
}

/** The hand-off with what the next one must know: what the model wrote, and what was said, its own last words included. */
export async function withSummary(
  { entry }: Event,
  tools: Tools,
  { text, handoff: { reason, summary = '' } }: { text: string; handoff: { reason: string; summary?: string } },
): Promise<{ reason: string; summary: string }> {
  const own: Entry = {
    ...entry,
    from: { kind: 'bot', id: 'model' },
    body: { kind: 'message', parts: [{ kind: 'text', text, format: 'markdown' }] },
  }
  const history: Tools['history'] = async (range) => [...(await tools.history(range)), entry]
  const more = summary.split('\n').filter((line) => line.trim() !== '')
  return {
    reason,
    summary: await summaryOf(text === '' ? tools : { history }, { now: text === '' ? entry : own, more }),
  }
}

/** Says it and, where that is the outcome, gives the floor on, under keys of the event's own. */
export function* actionsFor({ id }: Event, { text, handoff }: Outcome): Iterable<ActionInput> {
  const pieces = piecesOf(text)
  for (const [index, piece] of pieces.entries())
    yield { kind: 'stream', key: index === 0 ? answerKey(id) : `${answerKey(id)}:${index}`, text: piece, done: true }
  if (handoff) yield { kind: 'handoff', key: `${id}:handoff`, to: { kind: 'next' }, ...handoff }
}

export function answerKey(event: string): string {
  return `${event}:answer`
}

/** The text in pieces that one message holds, cut after a line or a word where there is one in the last quarter. */
function piecesOf(text: string): string[] {
  if (text.length <= TEXT_MAX) return text === '' ? [] : [text]
  const most = text.slice(0, TEXT_MAX)
  const cut = [most.lastIndexOf('\n'), most.lastIndexOf(' ')].find((at) => at > TEXT_MAX * 0.75)
  const end = cut ?? (/[\ud800-\udbff]$/.test(most) ? TEXT_MAX - 1 : TEXT_MAX)
  return [text.slice(0, end).trimEnd(), ...piecesOf(text.slice(end).trimStart())]
}
