/** What kept a request from its answer, as `ECONNREFUSED`; undefined where nothing tells. */
export function networkCode(thrown: unknown): string | undefined {
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown
  if (cause instanceof AggregateError) return networkCode(cause.errors[0])
  return cause instanceof Error && 'code' in cause ? String(cause.code) : undefined
}
