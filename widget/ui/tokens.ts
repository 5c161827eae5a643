/** Every colour of the panel as [light, dark]. A page sets its own as `--hutong-<name>` on the widget's element. */
export const COLOURS = {
  surface: ['#fff', '#16181d'],
  raised: ['#fff', '#1e2128'],
  sunken: ['#f5f6f8', '#101216'],
  bubble: ['#eff1f4', '#262a33'],
  text: ['#16181d', '#eceef2'],
  quiet: ['#5a6170', '#a6adbb'],
  faint: ['#667085', '#8b93a3'],
  line: ['#e4e7ec', '#2b303a'],
  field: ['#868e9c', '#6d7584'],
  good: ['#15803d', '#4ade80'],
  warn: ['#b45309', '#fbbf24'],
  bad: ['#b91c1c', '#f87171'],
  accent: ['#2563eb', '#7aa5f5'],
  'accent-text': ['#fff', '#16181d'],
  'accent-ink': ['#2563eb', '#7aa5f5'],
} as const satisfies Record<string, readonly [string, string]>

/** Written here and not in a style sheet, because the build would lower `light-dark()` to what `:host` cannot resolve. */
export function tokenRules(): string {
  const rules = Object.entries(COLOURS).map(([name, [light, dark]]) => `--hutong-${name}:light-dark(${light},${dark})`)
  return `:host{${rules.join(';')}}`
}
