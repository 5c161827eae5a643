import { z } from 'zod'

/** A whole number of a query, in decimal digits and nothing else: what is empty, blank or hexadecimal is refused. */
export function wholeNumber({ min = 0, max }: { min?: number; max?: number } = {}) {
  const number = z.int().min(min)
  return z.preprocess(
    (text) => (typeof text === 'string' && /^\d{1,16}$/.test(text) ? Number(text) : text),
    max === undefined ? number : number.max(max),
  )
}
