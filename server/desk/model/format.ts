/** Dates, sizes and spans of time in one language. */
export interface Format {
  time(at: number): string
  /** For a list: the time today, the weekday this week, the date before. */
  brief(at: number, now: number): string
  day(at: number, now: number): string
  /** A moment to come: the time today, with the day after that. */
  coming(at: number, now: number): string
  full(at: number): string
  bytes(count: number): string
  /** A growing span, as short as it can be read: 45 s, 3 min, 2 h. */
  span(ms: number): string
  /** A span that was set, as exact as it was: 1.5 seconds, 90 seconds. */
  duration(ms: number): string
  /** What a language is called, by its BCP 47 tag; the tag itself where nobody knows. */
  language(tag: string): string
  /** The time of day at another place; undefined for a zone nobody knows. */
  timeIn(zone: string, at: number): string | undefined
}

const DAY = 86_400_000

export function createFormat(tag: string): Format {
  const time = new Intl.DateTimeFormat(tag, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const weekday = new Intl.DateTimeFormat(tag, { weekday: 'short' })
  const date = new Intl.DateTimeFormat(tag, { day: 'numeric', month: 'short' })
  const longDay = new Intl.DateTimeFormat(tag, { weekday: 'long', day: 'numeric', month: 'long' })
  const longDate = new Intl.DateTimeFormat(tag, { dateStyle: 'long' })
  const full = new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' })
  const languages = new Intl.DisplayNames(tag, { type: 'language' })
  const relative = new Intl.RelativeTimeFormat(tag, { numeric: 'auto' })
  const seconds = new Intl.NumberFormat(tag, {
    style: 'unit',
    unit: 'second',
    unitDisplay: 'long',
    maximumFractionDigits: 1,
  })
  const unit = (value: number, name: 'second' | 'minute' | 'hour' | 'day') =>
    new Intl.NumberFormat(tag, { style: 'unit', unit: name, unitDisplay: 'narrow', maximumFractionDigits: 0 }).format(
      value,
    )

  function capital(text: string): string {
    return text.slice(0, 1).toLocaleUpperCase(tag) + text.slice(1)
  }

  return {
    time: (at) => time.format(at),
    brief(at, now) {
      const days = daysBetween(at, now)
      if (days <= 0) return time.format(at)
      return days < 7 ? weekday.format(at) : date.format(at)
    },
    day(at, now) {
      const days = daysBetween(at, now)
      if (days <= 1) return capital(relative.format(-days, 'day'))
      return days < 300 ? longDay.format(at) : longDate.format(at)
    },
    coming(at, now) {
      const days = daysBetween(now, at)
      if (days <= 0) return time.format(at)
      return days < 7 ? `${weekday.format(at)} ${time.format(at)}` : full.format(at)
    },
    full: (at) => full.format(at),
    bytes(count) {
      const power = Math.min(3, Math.floor(Math.log10(Math.max(1, count)) / 3))
      const name = (['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const)[power] ?? 'byte'
      return new Intl.NumberFormat(tag, {
        style: 'unit',
        unit: name,
        unitDisplay: power === 0 ? 'long' : 'short',
        maximumFractionDigits: power > 1 ? 1 : 0,
      }).format(count / 1_000 ** power)
    },
    span(ms) {
      const seconds = Math.max(0, Math.floor(ms / 1_000))
      if (seconds < 60) return unit(seconds, 'second')
      if (seconds < 3_600) return unit(Math.floor(seconds / 60), 'minute')
      if (ms < DAY) return unit(Math.floor(seconds / 3_600), 'hour')
      return unit(Math.floor(ms / DAY), 'day')
    },
    duration: (ms) => seconds.format(ms / 1_000),
    language(known) {
      try {
        return languages.of(known) ?? known
      } catch {
        return known
      }
    },
    timeIn(zone, at) {
      if (!isZone(zone)) return undefined
      return new Intl.DateTimeFormat(tag, {
        hour: '2-digit',
        minute: '2-digit',
        hourCycle: 'h23',
        timeZone: zone,
      }).format(at)
    },
  }
}

function daysBetween(at: number, now: number): number {
  return Math.round((new Date(now).setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / DAY)
}

function isZone(zone: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
