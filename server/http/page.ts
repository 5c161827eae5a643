import { HutongError } from '@hutong/core/errors'
import { parse } from '@hutong/core/parse'
import { z } from 'zod'

/** Query fields of every list. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(100).default(50).meta({ description: 'Most items of the answer' }),
  cursor: z.string().max(512).optional().meta({ description: 'The `next` of the page before' }),
}

export function pageOf<T extends z.ZodType>(item: T) {
  return z
    .object({
      items: z.array(item).describe('In the order of the list; empty when there are none'),
      next: z.string().optional().meta({ description: 'Cursor of the next page; absent on the last' }),
    })
    .describe('One page of the list')
}

/** A list that comes whole. */
export function listOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item).describe('All of them') }).describe('The whole list')
}

/** An opaque cursor holding where to go on. */
export function writeCursor(place: unknown): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url')
}

export function readCursor<T extends z.ZodType>(schema: T, cursor: string | undefined): z.output<T> | undefined {
  if (cursor === undefined) return
  try {
    return parse(schema, JSON.parse(Buffer.from(cursor, 'base64url').toString()))
  } catch (cause) {
    throw new HutongError('invalid', 'cursor: is not one of ours; begin again without it', { field: 'cursor', cause })
  }
}

/** The page out of one item more than asked for. */
export function page<T>(found: readonly T[], limit: number, placeOf: (last: T) => unknown) {
  const items = found.slice(0, limit)
  const last = items.at(-1)
  return found.length > limit && last !== undefined ? { items, next: writeCursor(placeOf(last)) } : { items }
}
