/**
 * Milliseconds that an answer asks to be left alone for, from its `Retry-After` header in seconds or as a date; undefined where it says no time.
 * https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
 */
export function retryAfterIn(header: string | null | undefined, now: number): number | undefined {
  const said = header?.trim()
  if (said === undefined) return undefined
  const ms = /^\d+(\.\d+)?$/.test(said) ? Number(said) * 1_000 : Date.parse(said) - now
  return Number.isFinite(ms) ? Math.max(0, Math.ceil(ms)) : undefined
}
