export interface Format {
  /** Hours and minutes. */
  time(at: number): string
  /** Today and yesterday in words, other days by their date; the year only when it is not this one. */
  day(at: number, now: number): string
}

const DAY = 86_400_000

export function createFormat(tag: string): Format {
  const time = new Intl.DateTimeFormat(tag, { timeStyle: 'short' })
  const near = new Intl.RelativeTimeFormat(tag, { numeric: 'auto' })
  const date = new Intl.DateTimeFormat(tag, { weekday: 'short', month: 'long', day: 'numeric' })
  const dated = new Intl.DateTimeFormat(tag, { dateStyle: 'long' })

  return {
    time: (at) => time.format(at),
    day(at, now) {
      const ago = Math.round((midnight(now) - midnight(at)) / DAY)
      if (ago === 0 || ago === 1) return capital(near.format(-ago, 'day'), tag)
      return new Date(at).getFullYear() === new Date(now).getFullYear() ? date.format(at) : dated.format(at)
    },
  }
}

/** Start of the person's own calendar day. */
export function midnight(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0)
}

function capital(text: string, tag: string): string {
  return text.charAt(0).toLocaleUpperCase(tag) + text.slice(1)
}
