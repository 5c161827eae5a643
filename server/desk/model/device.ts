/** What a browser says about itself, as far as it can be told: `Chrome 156` on `Linux`. */
export interface Device {
  browser: string
  /** Absent when it is not said. */
  system?: string
}

/** Before those they claim to be: nearly every browser calls itself Chrome and Safari as well. */
const BROWSERS: readonly [string, RegExp][] = [
  ['WeChat', /\bMicroMessenger\/(\d+)/],
  ['QQ Browser', /\bM?QQBrowser\/(\d+)/],
  ['UC Browser', /\bUC ?Browser\/(\d+)/],
  ['Edge', /\bEdg(?:e|A|iOS)?\/(\d+)/],
  ['Opera', /\bOPR\/(\d+)/],
  ['Samsung Internet', /\bSamsungBrowser\/(\d+)/],
  ['Firefox', /\b(?:Firefox|FxiOS)\/(\d+)/],
  ['Chrome', /\b(?:Headless)?(?:Chrome|CriOS)\/(\d+)/],
  ['Safari', /\bVersion\/(\d+)\S* (?:Mobile\/\S+ )?Safari\//],
]

const SYSTEMS: readonly [string, RegExp][] = [
  ['HarmonyOS', /\b(?:OpenHarmony|HarmonyOS)\b/],
  ['Android', /\bAndroid\b/],
  ['iPad', /\biPad\b/],
  ['iPhone', /\b(?:iPhone|iPod)\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMac OS X\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['Linux', /\bLinux\b/],
]

/** Undefined for a browser nobody knows: a guess would be worse than its own words. */
export function deviceOf(userAgent: string): Device | undefined {
  for (const [name, pattern] of BROWSERS) {
    const version = pattern.exec(userAgent)?.[1]
    if (version === undefined) continue
    const system = SYSTEMS.find(([, one]) => one.test(userAgent))?.[0]
    return { browser: `${name} ${version}`, ...(system !== undefined && { system }) }
  }
  return undefined
}
