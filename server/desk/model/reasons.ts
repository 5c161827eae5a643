import type { Entry } from '@hutong/core/entry'
import type { Words } from '../locales/en.ts'
import type { Format } from './format.ts'

type Sentence = readonly [RegExp, keyof Words['reasons']]

/** What the relay gives as its reason, in the English of the log. */
const RELAY: readonly Sentence[] = [
  [/^the contact asked for a person$/, 'asked'],
  [/^the contact said nothing more$/, 'silent'],
  [/^(?<name>.+) gave no answer in (?<ms>\d+) ms$/, 'late'],
  [
    /^bots handed the conversation on (?<times>\d+) times .+; (?<name>.+) was about to give it to (?<what>.+)$/,
    'goesRound',
  ],
]

const FAILED = /^(?<name>.+?) could not answer: (?<what>.+)$/s

/** What comes after it: which fault it was. */
const FAULTS: readonly Sentence[] = [
  [/ gave no answer in (?<ms>\d+) ms$/, 'late'],
  [/ gave no answer in (?<ms>\d+) ms, to others neither$/, 'hangs'],
  [/^Rasa gave no answer in time$|^the endpoint took too long/, 'slow'],
  [/^url: Rasa cannot be reached \((?:unknown|(?<what>\w+))\)/, 'unreachable'],
  [/^the endpoint failed or cannot be reached(?: \((?<what>HTTP \d+)\))?$/, 'unreachable'],
  [/^the webhook answered 410 and is disabled/, 'disabled'],
  [/^Rasa failed \(HTTP (?<what>\d+)\)$/, 'status'],
  [/^it failed$/, 'broke'],
]

/** What the backends that come with Hutong give as theirs. */
const BACKENDS: readonly Sentence[] = [
  [/^no answer to the question$/, 'unanswered'],
  [/^no answer to (?<times>\d+) questions in a row$/, 'unansweredOften'],
  [/^no article answers this$/, 'noArticle'],
  [/^none of the articles was meant$/, 'noneMeant'],
  [/^the form could not be filled in$/, 'formUnfilled'],
  [/^the article (?<what>.+) is for people$/, 'forPeople'],
  [/^step "(?<what>.+)" of the flow$/, 'step'],
  [/^(?:again )?no rule of the flow fits$|^the flow has nothing to say to that$/, 'noRule'],
  [/^no option of "(?<what>.+)" was chosen$|^a question that no option of ".+" is for$/, 'noOption'],
  [/^no good answer to (?:".+"|a question)$/, 'noGoodAnswer'],
  [/^(?<name>\S+) said nothing$/, 'saidNothing'],
  [/^the model asked for a person$/, 'modelAsked'],
  [/^the model had nothing to say$/, 'modelSilent'],
  [/^the endpoint (?:failed or cannot be reached|took too long)/, 'modelFailed'],
]

/** A sentence that is known, and what it tells. */
interface Found {
  code: keyof Words['reasons']
  told: { name?: string; what?: string; times?: string; ms?: string }
}

/**
 * Why the floor moved, in the reader's language. The log has it in English; what the relay and its own backends say is known, and what
 * anybody else wrote stays as written.
 */
export function reasonOf(
  text: string,
  { from }: Pick<Entry, 'from'>,
  { words, format }: { words: Words; format: Format },
): string {
  const known = from.kind === 'system' ? ofRelay(text) : from.kind === 'bot' ? find(BACKENDS, text) : undefined
  if (!known) return text
  const { name = '', what = '', times = 0, ms = 0 } = known.told
  return words.reasons[known.code]({ name, what, times: Number(times), time: format.duration(Number(ms)) })
}

function ofRelay(text: string): Found | undefined {
  const failed: Found['told'] | undefined = FAILED.exec(text)?.groups
  if (!failed) return find(RELAY, text)
  const fault = find(FAULTS, failed.what ?? '')
  return fault ? { code: fault.code, told: { ...failed, what: '', ...fault.told } } : { code: 'failed', told: failed }
}

function find(sentences: readonly Sentence[], text: string): Found | undefined {
  for (const [pattern, code] of sentences) {
    const match = pattern.exec(text)
    if (match) return { code, told: match.groups ?? {} }
  }
  return undefined
}
