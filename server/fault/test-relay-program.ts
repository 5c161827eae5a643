import { readFileSync } from 'node:fs'
import type { Backend } from '@hutong/core/backend'
import { parseConfig } from '../config.ts'
import { serve } from '../serve.ts'

/** `hutong serve --config <file>` with a backend that never says anything, and a clock that may be ahead. */
const hanging: Backend = { name: 'hanging', answerWithin: 600_000, handle: () => new Promise(() => {}) }
const ahead = Number(process.env.FAULT_AHEAD_MS)
const settings = parseConfig(JSON.parse(readFileSync(process.argv.at(-1) ?? '', 'utf8')))
const running = await serve(settings, { backends: [hanging], clock: { now: () => Date.now() + ahead } })
process.send?.({ ready: true, port: running.port })
