import { type Entry, isOutsider } from '@hutong/core/entry'
import type { Part } from '@hutong/core/parts'
import { readRating } from '../rating-words.ts'
import { asksSomething } from './flow/asks-something.ts'
import { optionMeant } from './option-meant.ts'
import { unrecalled } from './unrecalled.ts'
import { wordsOf } from './words-of.ts'

/**
 * What the contact waits for when a hand-off comes. `question`: an answer to the words of `entry`. `pick`, `answer`: that something
 * follows a choice, or what was given to another bot that had asked for it; `answered` when something was said since. `nothing`: it
 * is the contact's turn.
 */
export type LeftOpen =
  | { kind: 'question'; entry: Entry }
  | { kind: 'pick' | 'answer'; entry: Entry; answered: boolean }
  | { kind: 'nothing' }

const PEOPLE: readonly string[] = ['agent', 'queue']

/** Reads it from the `log` before the hand-off, the oldest entry first. People who give the floor back leave nothing open. */
export function leftOpen(log: readonly Entry[], handoff: Pick<Entry, 'from'>): LeftOpen {
  if (givenByPeople(log, handoff)) return { kind: 'nothing' }
  const entries = unrecalled(log)
  const at = entries.findLastIndex(isSpeech)
  const entry = entries[at]
  if (entry?.from.kind !== 'contact') return { kind: 'nothing' }
  const kind = kindOf(entry, entries.slice(0, at))
  if (kind === 'question') return { kind, entry }
  return { kind, entry, answered: entries.slice(at).some(isSaidByBot) }
}

/** Whether people had the floor before, whoever moved it. */
export function givenByPeople(log: readonly Entry[], { from }: Pick<Entry, 'from'>): boolean {
  const before = log.findLast(({ body }) => body.kind === 'handoff')?.body
  return from.kind === 'agent' || (before?.kind === 'handoff' && PEOPLE.includes(before.floor.holder.kind))
}

/** What people said; those who only look on are not heard. */
function isSpeech({ from, body }: Entry): boolean {
  if (from.kind === 'agent') return body.kind === 'message'
  return from.kind === 'contact' && !isOutsider(from) && ['message', 'answer', 'rating'].includes(body.kind)
}

function isSaidByBot({ from, body }: Entry): boolean {
  return from.kind === 'bot' && body.kind === 'message'
}

function kindOf(entry: Entry, before: readonly Entry[]): 'question' | 'pick' | 'answer' {
  if (entry.body.kind !== 'message') return 'answer'
  const asked = before.findLast(isSaidByBot)
  const isChoice = entry.body.choice !== undefined
  if (asked === undefined) return isChoice ? 'pick' : 'question'
  const text = wordsOf(entry)
  if (isChoice ? isFormOpen(before, asked) : isWanted(text, { asked, before })) return 'answer'
  return isChoice || partsOf(asked).some((part) => part.kind === 'choices' && optionMeant(text, part.options))
    ? 'pick'
    : 'question'
}

/** Whether a text is what a bot had asked for: the log does not tell what it took. */
function isWanted(text: string, { asked, before }: { asked: Entry; before: readonly Entry[] }): boolean {
  if (partsOf(asked).some((part) => part.kind === 'rating' && readRating(text, part.scale))) return true
  if (asksSomething(text)) return false
  return isFormOpen(before, asked) || (/[?？:：]\s*$/.test(wordsOf(asked)) && isCode(text))
}

/** A form is what was said last, or one of its fields was asked for in words. */
function isFormOpen(before: readonly Entry[], asked: Entry): boolean {
  const since = before.findLastIndex(({ body }) => body.kind === 'handoff')
  const form = before.slice(since + 1).findLast((one) => labelsIn(one).length > 0)
  if (form === undefined || form.seq === asked.seq) return form !== undefined
  const lines = partsOf(asked).flatMap((part) => ('text' in part ? (part.text ?? '').split('\n') : []))
  return labelsIn(form).some((label) => lines.includes(label))
}

function labelsIn(entry: Entry): string[] {
  return partsOf(entry).flatMap((part) => (part.kind === 'form' ? part.fields.map(({ label }) => label) : []))
}

function partsOf({ body }: Entry): readonly Part[] {
  return body.kind === 'message' ? body.parts : []
}

/** A number, an order number, an address: no words. */
function isCode(text: string): boolean {
  return /^\S{1,100}$/.test(text) && /[\d@]/.test(text)
}
