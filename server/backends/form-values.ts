import { findPattern } from './pattern.ts'

/** What the words that somebody types hold of what was asked for. Undefined where it is not there, or where two could be meant. */

/** A word of a script with spaces, or a number, with the signs that stand in numbers. */
const TOKEN = /[^\s\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana},;，；。！？、:：=()（）"“”]+/gu
const PRECISE = 15

/** Digits that begin with zeros are kept as they are, and so are those that are too many to count with. */
export function numberIn(text: string): string | undefined {
  const all = (text.replaceAll(/(?<=\d),(?=\d{3}(?:\D|$))/g, '').match(TOKEN) ?? []).flatMap((token) => {
    const bare = token.replace(/^(?:(?:no|nr)\.?)?[#№$€£¥]*(?=[-+]?\d)|[.!?%€$£¥]+$/giu, '')
    return /\d/.test(bare) ? [bare] : []
  })
  const [number] = all
  if (number === undefined || all.length > 1 || !/^[-+]?\d{1,40}(\.\d{1,10})?$/.test(number)) return undefined
  const digits = number.replace(/^[-+]/, '')
  return /^0\d/.test(digits) || digits.length > PRECISE ? number.replace(/^\+/, '') : String(Number(number))
}

/** What is called a number and may hold letters, as "AB-1234": with a digit, and without the words before it. */
export function identifierIn(text: string): string | undefined {
  const said = text.replace(LEAD, '').replace(/[.。!！]+$/u, '')
  const all = (said.match(TOKEN) ?? []).flatMap((token) => token.replace(/^[#№]+/u, '') || [])
  const withDigits = all.filter((token) => /\p{Nd}/u.test(token))
  if (withDigits.length === 1 && (all.length > 2 || /\p{Script=Han}/u.test(said))) return withDigits[0]
  return withDigits.length > 0 && all.length <= 3 ? said.replace(/^[#№]\s*/u, '').trim() : undefined
}

/** "My order number is", "it's", "订单号是". */
const LEAD = /^[\p{L}\s'’]{0,40}?(?:\bis\b|'s\b|’s\b|[:：=]|是|为)\s*(?=[#№]?\s*[\p{L}\d])/iu

/** Of that look; two that differ are none. */
export function shapedIn(text: string, pattern: string): string | undefined {
  const whole = text.normalize('NFKC')
  const found = findPattern(whole, pattern)
  if (found === undefined) return undefined
  const other = findPattern(whole.replaceAll(found, ' '), pattern)
  return other === undefined ? found : undefined
}

/** A phone number, also in the middle of a sentence. */
export function phoneIn(text: string): string | undefined {
  if (isPhone(text)) return text
  const all = (text.match(/(?<![\d\p{Script=Latin}])\+?\(?\d[\d ().-]{3,22}\d(?![\d\p{Script=Latin}])/gu) ?? []).filter(
    isPhone,
  )
  return all.length === 1 ? all[0] : undefined
}

function isPhone(text: string): boolean {
  return /^\+?[\d\s().-]{5,24}$/.test(text) && (text.match(/\d/g)?.length ?? 0) >= 5
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const MONTH = `(${MONTHS.join('|')})[a-z]{0,6}\\.?`
const NEAR: readonly (readonly [RegExp, number])[] = [
  [/\bday after tomorrow\b|后天/u, 2],
  [/\bday before yesterday\b|前天/u, -2],
  [/\btomorrow\b|明天|明日/u, 1],
  [/\byesterday\b|昨天|昨日/u, -1],
  [/\btoday\b|今天|今日/u, 0],
]
const DAY_MS = 86_400_000

/**
 * A day that there is, as 2026-01-31, in the orders that leave no doubt: the year first, or the day first with dots ("31.12.2026"), the
 * month by its name. Where both could be the month ("03/04/2026") it is none. Without a year it is the one that is nearest to `now`,
 * rather to come than past.
 */
export function dateIn(text: string, now: number): string | undefined {
  const said = text.toLowerCase()
  for (const read of [yearFirst, dayFirst, slashed, named, inChinese]) {
    const found = read(said)
    if (found) return found.year === undefined ? nearestYear(found, now) : dayOf(Number(found.year), found)
  }
  const near = said.length <= 60 ? NEAR.find(([words]) => words.test(said)) : undefined
  return near && localDay(now + near[1] * DAY_MS)
}

interface Day {
  year?: string | undefined
  month: number
  day: number
}

function yearFirst(said: string): Day | undefined {
  const [, year, month, day] = /(?<!\d)(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)/.exec(said) ?? []
  return year === undefined ? undefined : { year, month: Number(month), day: Number(day) }
}

function dayFirst(said: string): Day | undefined {
  const [, day, month, year] = /(?<![\d.])(\d{1,2})\.\s?(\d{1,2})\.(?:\s?(\d{4}))?(?!\d)/.exec(said) ?? []
  return day === undefined ? undefined : { year, month: Number(month), day: Number(day) }
}

/** Which comes first is told only by a number above twelve. */
function slashed(said: string): Day | undefined {
  const [, one, other, year] = /(?<![\d/-])(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?!\d)/.exec(said) ?? []
  const [a, b] = [Number(one), Number(other)]
  if (year === undefined || (a <= 12 && b <= 12 && a !== b)) return undefined
  return a > 12 ? { year, month: b, day: a } : { year, month: a, day: b }
}

const DAY_NAMED = new RegExp(
  `(?<!\\d)(\\d{1,2})(?:st|nd|rd|th)?\\.?\\s?(?:of )?${MONTH}(?:,?\\s?(\\d{4}))?(?![\\p{L}\\d])`,
  'u',
)
const NAMED_DAY = new RegExp(`(?<!\\p{L})${MONTH}\\s?(\\d{1,2})(?:st|nd|rd|th)?(?:,?\\s?(\\d{4}))?(?![\\p{L}\\d])`, 'u')

function named(said: string): Day | undefined {
  const first = DAY_NAMED.exec(said)
  if (first) return { year: first[3], month: MONTHS.indexOf(first[2] ?? '') + 1, day: Number(first[1]) }
  const last = NAMED_DAY.exec(said)
  return last ? { year: last[3], month: MONTHS.indexOf(last[1] ?? '') + 1, day: Number(last[2]) } : undefined
}

function inChinese(said: string): Day | undefined {
  const [, month, day] = /(?<!\d)(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?/.exec(said) ?? []
  return month === undefined ? undefined : { month: Number(month), day: Number(day) }
}

function dayOf(year: number, { month, day }: Day): string | undefined {
  const name = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
  const date = new Date(`${name}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toJSON().startsWith(name) ? name : undefined
}

/** So many days ago a day without a year may be, before it is one to come. */
const PAST_DAYS = 120

function nearestYear(day: Day, now: number): string | undefined {
  const year = new Date(now).getFullYear()
  const all = [year - 1, year, year + 1].flatMap((one) => dayOf(one, day) ?? [])
  return all.find((one) => Date.parse(one) >= now - PAST_DAYS * DAY_MS)
}

/** In the time zone of the relay. */
function localDay(at: number): string | undefined {
  const date = new Date(at)
  return dayOf(date.getFullYear(), { month: date.getMonth() + 1, day: date.getDate() })
}
