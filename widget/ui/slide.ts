/** How many items the log draws at once, however long the conversation is. */
export const WINDOW = 120
const STEP = 60
/** So close to an edge, in pixels, the next items are brought. */
const NEAR = 400

export interface Place {
  start: number
  end: number
  total: number
  /** Pixels hidden above and below the visible part. */
  above: number
  below: number
}

/** Where the drawn slice has to start now; unchanged when it is well where it is. */
export function slide({ start, end, total, above, below }: Place): number {
  if (below < NEAR && end < total) return Math.max(0, Math.min(start + STEP, total - WINDOW))
  if (above < NEAR && start > 0) return Math.max(0, start - STEP)
  return start
}

/** Whether the top of what is loaded is near. */
export function isNearTop({ start, above }: Place): boolean {
  return start === 0 && above < NEAR
}
