import type { ActionInput, HandoffTarget } from '@hutong/core/backend'

interface Passing {
  /** Default: the next in the chain. */
  to?: HandoffTarget
  reason?: string | undefined
  /** What the next one must know; an empty one is left out. */
  summary: string
}

/** Gives the floor on. */
export function handoffAction({ to = { kind: 'next' }, reason, summary }: Passing): ActionInput {
  return { kind: 'handoff', to, ...(reason !== undefined && { reason }), ...(summary !== '' && { summary }) }
}
