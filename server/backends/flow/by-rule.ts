import { isOneOf, mentions } from '../mentions.ts'
import { findPattern } from '../pattern.ts'
import { holds } from './facts.ts'
import type { Rule } from './flow-steps.ts'
import type { Words } from './heard.ts'
import { advance } from './steps.ts'
import { remember, type Turn } from './turn.ts'

/** How words are looked for: as they are spelt, mistyped ones too, or only where nothing stands beside one. */
export type Look = 'spelt' | 'slips' | 'alone'

/** What was mistyped counts where nothing was found as it is spelt. */
export const LOOKS: readonly Look[] = ['spelt', 'slips']

export interface Search {
  looks?: readonly Look[]
  /** Whether a rule that leads to this step may be followed. */
  to?(step: string): boolean
}

/** Follows the first rule that fits, one look after the other; false when none does. */
export function byRule(turn: Turn, words: Words, { looks = LOOKS, to = () => true }: Search = {}): boolean {
  const { rules } = turn.flow
  const placeBy = (look: Look) => rules.findIndex((one) => to(one.next) && fits(turn, one, { words, look }))
  const rule = rules[turn.decide(() => looks.map(placeBy).find(isThere) ?? -1)]
  if (!rule) return false
  const found = rule.pattern === undefined ? undefined : findPattern(words.text, rule.pattern)
  if (rule.as !== undefined && found !== undefined) remember(turn, rule.as, found)
  advance(turn, rule.next)
  return true
}

function isThere(at: number): boolean {
  return at !== -1
}

/** Everything that a rule names must fit. */
function fits({ facts }: Turn, rule: Rule, { words, look }: { words: Words; look: Look }): boolean {
  const { any, all, pattern, choice, if: condition } = rule
  const slips = look === 'slips'
  if (choice !== undefined && (words.kind !== 'words' || words.choice !== choice)) return false
  if (look === 'alone' && !(any && isOneOf(words.said, any))) return false
  if (any && !mentions(words.said, any, { slips })) return false
  if (all && !all.every((word) => mentions(words.said, [word], { slips }))) return false
  if (pattern !== undefined && findPattern(words.text, pattern) === undefined) return false
  return condition === undefined || holds(condition, facts)
}
