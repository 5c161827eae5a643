import { z } from 'zod'

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
const MINUTES_OF_DAY = 1_440
/** Longer than any row of holidays that can be given. */
const DAYS_AHEAD = 400

const range = z
  .string()
  .regex(
    /^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$/,
    'must be a range such as "09:00-18:00"; one that ends before it begins goes on after midnight',
  )
  .refine((text) => {
    const [from, to] = text.split('-')
    return from !== to || from === '00:00'
  }, 'begins when it ends; write "00:00-24:00" for a whole day')
const ranges = z.array(range).max(10)
const date = z
  .string()
  .refine(
    (text) => /^\d{4}-\d\d-\d\d$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text) === true,
    'must be a date that there is, such as "2026-10-01"',
  )

/** When people answer, by the clock on the wall of `timeZone`; a weekday that is left out is closed. */
export const businessHours = z.strictObject({
  /** An IANA name such as "Asia/Shanghai". */
  timeZone: z.string().refine(isTimeZone, 'must be a time zone such as "Asia/Shanghai" or "Europe/Berlin"'),
  week: z.partialRecord(z.enum(DAYS), ranges),
  /** Days on which no range begins. */
  holidays: z.array(date).max(200).default([]),
  /** Hours of single days, whatever the weekday and the holidays say. */
  days: z.record(date, ranges).default({}),
})
export type BusinessHours = z.infer<typeof businessHours>

interface Wall {
  /** Midnight of the day on the wall's calendar, as if it were UTC. */
  day: number
  minute: number
}

/** Ranges hold on the clock of the wall: an hour that a change of the clock repeats is open twice, one that it skips never. */
export function isOpen(hours: BusinessHours, at: number): boolean {
  const { day, minute } = wallOf(at, hours.timeZone)
  const today = rangesOf(hours, day).some(
    ({ from, to }) => minute >= from && minute < (to > from ? to : MINUTES_OF_DAY),
  )
  return today || rangesOf(hours, day - DAY_MS).some(({ from, to }) => to <= from && minute < to)
}

/** When it opens next, in words of a language; undefined when no day that is known has hours. */
export function opensNext(hours: BusinessHours, at: number, language: string): string | undefined {
  const { day, minute } = wallOf(at, hours.timeZone)
  for (let ahead = 0; ahead <= DAYS_AHEAD; ahead++) {
    const starts = rangesOf(hours, day + ahead * DAY_MS).map(({ from }) => from)
    const next = starts.filter((from) => ahead > 0 || from > minute).toSorted((a, b) => a - b)[0]
    if (next === undefined) continue
    const moment = day + ahead * DAY_MS + next * 60_000
    const far = ahead > 6 ? ({ month: 'long', day: 'numeric' } as const) : {}
    const words = { weekday: 'long', ...far, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
    return new Intl.DateTimeFormat(language, { ...words, timeZone: 'UTC' }).format(moment)
  }
  return undefined
}

const DAY_MS = 86_400_000

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

function wallOf(at: number, timeZone: string): Wall {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  })
  const read = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = read
  return { day: Date.UTC(year, month - 1, day), minute: hour * 60 + minute }
}

/** The ranges that begin on a day, in minutes after its midnight. */
function rangesOf({ week, holidays, days }: BusinessHours, day: number): { from: number; to: number }[] {
  const name = new Date(day).toJSON().slice(0, 10)
  const weekday = DAYS[new Date(day).getUTCDay()] ?? 'sun'
  const texts = days[name] ?? (holidays.includes(name) ? [] : week[weekday]) ?? []
  return texts.map((text) => {
    const [from = '', to = ''] = text.split('-')
    return { from: minutesOf(from), to: minutesOf(to) }
  })
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
}
