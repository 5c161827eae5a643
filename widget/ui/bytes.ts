const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte']

/** A file size in the unit that leaves the fewest digits. */
export function formatBytes(count: number, tag: string): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, count)) / 3))
  return new Intl.NumberFormat(tag, {
    style: 'unit',
    unit: UNITS[power] ?? 'byte',
    maximumFractionDigits: power > 1 ? 1 : 0,
  }).format(count / 1000 ** power)
}
