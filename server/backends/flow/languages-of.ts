import type { Flow } from './flow-options.ts'
import { LANGUAGE } from './flow-steps.ts'
import { FLOW_WORDS } from './flow-words.ts'

export type Path = readonly (string | number)[]

/** Every value within another, with where it stands. */
export function* leaves(value: unknown, path: Path = []): Iterable<{ path: Path; value: unknown }> {
  yield { path, value }
  if (typeof value !== 'object' || value === null) return
  for (const [key, one] of Object.entries(value))
    yield* leaves(one, [...path, Array.isArray(value) ? Number(key) : key])
}

const SAID = ['text', 'closed', 'label', 'title', 'description', 'placeholder', 'submit', 'question', 'wrong', 'parts']

/** What is said in several languages, with the languages it is said in. */
export function spokenIn(flow: unknown): { path: Path; given: string[] }[] {
  return [...leaves(flow)].flatMap(({ path, value }) => {
    if (!SAID.includes(String(path.at(-1))) || typeof value !== 'object' || value === null) return []
    const given = Object.keys(value)
    return given.length > 0 && given.every((one) => LANGUAGE.test(one)) ? [{ path, given }] : []
  })
}

/** The languages a flow speaks: those it names, else those of its texts, else those of its own words. */
export function languagesOf({ languages, steps, welcome }: Flow): string[] {
  if (languages) return languages
  const found = [...new Set(spokenIn({ welcome, steps }).flatMap(({ given }) => given))]
  return found.length > 0 ? found : Object.keys(FLOW_WORDS)
}
