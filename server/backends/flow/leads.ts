import type { Step } from './flow-steps.ts'

/** One way from a step to another. */
export interface Lead {
  path: (string | number)[]
  to: string
  /** Whether the contact has to say something before. */
  waits: boolean
}

/** Where a step leads. */
export function leadsOf(step: Step): Lead[] {
  switch (step.kind) {
    case 'say':
    case 'set':
    case 'goto':
      return lead(['next'], step.next, false)
    case 'ask':
    case 'wait':
      return lead(['next'], step.next, true)
    case 'menu':
      return [
        ...step.options.flatMap(({ next }, at) => lead(['options', at, 'next'], next, true)),
        ...lead(['otherwise'], step.otherwise, true),
      ]
    case 'form':
      return [...lead(['next'], step.next, true), ...lead(['cancel'], step.cancel, true)]
    case 'condition':
      return [
        ...step.cases.flatMap(({ next }, at) => lead(['cases', at, 'next'], next, false)),
        ...lead(['otherwise'], step.otherwise, false),
      ]
    case 'handoff':
    case 'close':
      return []
  }
}

function lead(path: Lead['path'], to: string | undefined, waits: boolean): Lead[] {
  return to === undefined ? [] : [{ path, to, waits }]
}

/** Circles of steps none of which waits for the contact, each once, as names in order. */
export function circles(steps: ReadonlyMap<string, Step>): string[][] {
  const done = new Set<string>()
  const found: string[][] = []
  const visit = (name: string, trail: readonly string[]): void => {
    const before = trail.indexOf(name)
    if (before !== -1) {
      const round = [...trail.slice(before), name]
      if (!found.some((one) => one.join() === round.join())) found.push(round)
      return
    }
    const step = steps.get(name)
    if (!step || done.has(name)) return
    for (const { to, waits } of leadsOf(step)) if (!waits) visit(to, [...trail, name])
    done.add(name)
  }
  for (const name of steps.keys()) visit(name, [])
  return found
}

/** Every step that can be come to from `roots`. */
export function reached(roots: readonly string[], steps: ReadonlyMap<string, Step>): Set<string> {
  const seen = new Set<string>()
  const waiting = [...roots]
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const step = steps.get(name)
    if (!step || seen.has(name)) continue
    seen.add(name)
    waiting.push(...leadsOf(step).map(({ to }) => to))
  }
  return seen
}
