import type { Mistake } from '../../contradictions.ts'
import { referencesIn } from '../texts.ts'
import { leaves } from './languages-of.ts'

const OPENS = /\{\{\s*opens\s*\}\}/

/** What depends on business hours that are not given, and hours in which nothing is ever open. `flow` as it was given. */
export function hoursMistakes(flow: Readonly<Record<string, unknown>>): Mistake[] {
  const { hours, welcome, steps, rules } = flow
  const used = [...leaves({ welcome, steps, rules })].flatMap(({ path, value }) =>
    typeof value === 'string' ? [{ path, value }] : [],
  )
  if (hours === undefined) {
    const unknown = used.filter(({ path, value }) =>
      path.at(-1) === 'fact' ? ['open', 'opens'].includes(value) : referencesIn(value).some(isOfHours),
    )
    return unknown.map(({ path }) => ({ path, message: 'is not known without business hours; give "hours"' }))
  }
  if (isSomewhere(hours, 'week')) return []
  if (!isSomewhere(hours, 'days'))
    return [
      { path: ['hours'], message: 'is never open; give a weekday its hours, as "week": {"mon": ["09:00-18:00"]}' },
    ]
  return used
    .filter(({ value }) => OPENS.test(value))
    .map(({ path }) => ({
      path,
      message: 'has nothing to fill in once the last of "days" is over; give a stand-in, as {{opens|later}}',
    }))
}

function isOfHours(name: string): boolean {
  return name === 'open' || name === 'opens'
}

/** Also what cannot be read as hours: that is a mistake of its own. */
function isSomewhere(hours: unknown, where: 'week' | 'days'): boolean {
  const given: unknown = typeof hours === 'object' && hours !== null ? Reflect.get(hours, where) : undefined
  if (typeof given !== 'object' || given === null) return given !== undefined
  return Object.values(given).some((ranges) => !Array.isArray(ranges) || ranges.length > 0)
}
