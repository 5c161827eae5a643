import type { ActionInput, ActRequestInput, ActResult, Backend, Event } from '@hutong/core/backend'
import type { Case } from './case.ts'
import type { Stage } from './stage.ts'

/**
 * What the other end does with an event. `fail`: it breaks, as a crash or an error would; `nonsense`: what it says is no answer;
 * `later`: it takes the event, and acts by itself if at all.
 */
export type Turn = { do: 'answer'; actions: readonly ActionInput[] } | { do: 'hang' | 'fail' | 'nonsense' | 'later' }

/** A backend at the end of a wire that does what it is told. */
export interface End {
  /** Every event as often as it came. */
  readonly heard: Event[]
  /** Decides on each event. Default: an echo of its words. */
  turn(event: Event): Turn | Promise<Turn>
  /** Acts by itself, over its wire. Rejects with an error that carries the relay's code. */
  act(conversation: string, request: ActRequestInput): Promise<ActResult>
  /** Loses its connection, or whatever else holds it to the relay, and comes back. */
  lose(): Promise<void>
  close(): Promise<void>
}

export interface Wire {
  name: string
  /** The backend as the relay has it. */
  backend(name: string, options: { answerWithin: number }): Backend
  open(stage: Stage): Promise<End>
}

/** One relay, and one scripted backend called `bot` that has the floor first. */
export interface WireBench {
  stage: Stage
  end: End
  /** Milliseconds the backend may take. */
  within: number
  close(): Promise<void>
}

export const BOT = 'bot'

/** One promise of the contract, which every wire keeps. */
export interface Rule extends Case<WireBench> {
  /** Milliseconds the backend may take, where the usual time is too short to see the promise kept. */
  within?: number
}

export function reply(text: string, key?: string): ActionInput {
  return { kind: 'reply', ...(key !== undefined && { key }), parts: [{ kind: 'text', text }] }
}

export function answer(...actions: ActionInput[]): Turn {
  return { do: 'answer', actions }
}
