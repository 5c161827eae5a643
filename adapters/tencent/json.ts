import { HutongError } from '@hutong/core/errors'
import type { Payload } from './payload.ts'

const DEEPEST = 32

/**
 * The object that a text says. Whole numbers beyond 2^53 stay the text they were written as, since a JavaScript number cannot hold
 * the platforms' 64-bit ids. Throws `invalid` for what is no object, or nested deeper than 32.
 */
export function parseJson(text: string): Payload {
  const json = text.replace(/^\uFEFF/, '')
  if (depth(json) > DEEPEST) throw new HutongError('invalid', `the JSON is nested deeper than ${DEEPEST}`)
  const value = read(json)
  if (!isPayload(value)) throw new HutongError('invalid', 'the JSON is no object')
  return value
}

function read(json: string): unknown {
  try {
    return JSON.parse(json, exact)
  } catch (cause) {
    throw new HutongError('invalid', 'the text is no JSON', { cause })
  }
}

function exact(name: string, value: unknown, context?: { source?: string }): unknown {
  if (name === '__proto__') return undefined
  if (typeof value !== 'number' || context?.source === undefined) return value
  const damaged = !Number.isFinite(value) || (/^-?\d+$/.test(context.source) && !Number.isSafeInteger(value))
  return damaged ? context.source : value
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c]
const OPENS = [0x5b, 0x7b]
const CLOSES = [0x5d, 0x7d]

/** The deepest nesting of brackets outside of strings, found before anything recurses. */
function depth(json: string): number {
  let [level, deepest, quoted] = [0, 0, false]
  for (let at = 0; at < json.length; at += 1) {
    const unit = json.charCodeAt(at)
    if (unit === QUOTE) quoted = !quoted
    else if (quoted && unit === BACKSLASH) at += 1
    else if (!quoted && OPENS.includes(unit)) level += 1
    else if (!quoted && CLOSES.includes(unit)) level -= 1
    deepest = Math.max(deepest, level)
  }
  return deepest
}

function isPayload(value: unknown): value is Payload {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
