import { describe, expect, it } from 'vitest'
import { answerRules } from './rules-answers.ts'
import { faultRules } from './rules-faults.ts'
import { floorRules } from './rules-floor.ts'
import { receiptRules } from './rules-receipt.ts'
import { openStage } from './stage.ts'
import { inProcess } from './test-in-process-end.ts'
import { pull } from './test-pull-end.ts'
import { push } from './test-push-end.ts'
import { socket } from './test-socket-end.ts'
import { BOT, type Wire, type WireBench } from './wire-bench.ts'

const WIRES: Readonly<Record<string, () => Wire | Promise<Wire>>> = { 'in-process': inProcess, push, pull, socket }
const RULES = [...receiptRules, ...answerRules, ...floorRules, ...faultRules]
const WITHIN = 2_500

async function open(make: () => Wire | Promise<Wire>, within = WITHIN): Promise<WireBench> {
  const wire = await make()
  const stage = await openStage({ backends: () => [wire.backend(BOT, { answerWithin: within })] })
  const end = await wire.open(stage)
  return {
    stage,
    end,
    within,
    async close() {
      await end.close()
      await stage.close()
    },
  }
}

it('the rules are sixty or more, each with a title of its own', () => {
  expect(RULES.length).toBeGreaterThanOrEqual(60)
  expect(new Set(RULES.map(({ title }) => title)).size).toBe(RULES.length)
})

describe.each(Object.entries(WIRES))('a backend on the wire "%s"', (_, make) => {
  it.concurrent.each(RULES.map((rule) => [rule.title, rule] as const))(
    '%s',
    async (_, { run, within }) => {
      const bench = await open(make, within)
      try {
        await run(bench)
      } finally {
        await bench.close()
      }
    },
    60_000,
  )
})
