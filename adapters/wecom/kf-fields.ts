import type { Payload, PayloadValue } from '@hutong/tencent/payload'

/** Fields of a payload as what they should be; empty where they are something else. */

export function textOf(value: PayloadValue | undefined): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}

export function recordOf(value: PayloadValue | undefined): Payload {
  return typeof value === 'object' && value !== null && !isList(value) ? value : {}
}

export function listOf(value: PayloadValue | undefined): readonly PayloadValue[] {
  return typeof value === 'object' && value !== null && isList(value) ? value : []
}

function isList(value: Payload | readonly PayloadValue[]): value is readonly PayloadValue[] {
  return Array.isArray(value)
}
