import { nearest } from '@hutong/core/nearest'
import { didYouMean } from '@hutong/core/value-words'
import type { Mistake } from '../../contradictions.ts'
import { mentions } from '../mentions.ts'
import type { Rule } from './flow-steps.ts'
import { leaves } from './languages-of.ts'

/** Rules that can never lead on. `steps` as they were given: what they offer to be picked counts though they are wrong elsewhere. */
export function ruleMistakes(rules: ReadonlyMap<number, Rule>, steps: unknown): Mistake[] {
  const offered = [...leaves(steps)].flatMap(({ path, value }) =>
    path.includes('parts') && path.at(-1) === 'id' && typeof value === 'string' ? [value] : [],
  )
  return [...rules].flatMap(([at, rule]) => [...unoffered(rule, { at, offered }), ...covered(rule, { at, rules })])
}

function unoffered({ choice }: Rule, { at, offered }: { at: number; offered: readonly string[] }): Mistake[] {
  if (choice === undefined || offered.includes(choice)) return []
  const message = `no step offers "${choice}"; give the id of an option or a reply button in "parts"; options of a menu have "next"${didYouMean(nearest(choice, offered))}`
  return [{ path: ['rules', at, 'choice'], message }]
}

function covered(rule: Rule, { at, rules }: { at: number; rules: ReadonlyMap<number, Rule> }): Mistake[] {
  const before = [...rules].find(([place, other]) => place < at && covers(other, rule))?.[0]
  if (before === undefined) return []
  const message = `is never come to: rules.${before} takes all that would fit; put this one before it, or remove it`
  return [{ path: ['rules', at], message }]
}

/** Whether a rule fits wherever another one does. */
function covers(rule: Rule, other: Rule): boolean {
  const { any, all, pattern, choice, if: condition } = rule
  const sure = [...(other.all ?? []), ...(other.any?.length === 1 ? other.any : [])]
  const has = (words: readonly string[]) => sure.some((one) => mentions(one, words))
  if (any && !has(any) && !other.any?.every((one) => mentions(one, any))) return false
  if (all && !all.every((one) => has([one]))) return false
  if (pattern !== undefined && pattern !== other.pattern) return false
  if (choice !== undefined && choice !== other.choice) return false
  return condition === undefined || JSON.stringify(condition) === JSON.stringify(other.if)
}
