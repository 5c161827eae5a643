import type { BackendHost } from '@hutong/core/backend'
import { z } from 'zod'
import type { OpenaiSettings } from './openai-options.ts'
import { type Answer, type Reasoning, reasoningIn } from './read-answer.ts'

const KEY = 'reasoning'
const memory = z.object({ baseUrl: z.string(), model: z.string(), reasoning: z.enum(['inline', 'separate']) })

/** How the thoughts of the next answer may come: as the settings say, else as they came in the last whole answer of the same model. */
export function createReasoningMemory({ baseUrl, model, reasoning: settled }: OpenaiSettings) {
  let learned: Reasoning
  let state: BackendHost['state'] | undefined

  return {
    expected: (): Reasoning => settled ?? learned,
    async open(opened: BackendHost['state']): Promise<void> {
      state = opened
      const { data } = memory.safeParse(await state.get(KEY))
      if (data?.baseUrl === baseUrl && data.model === model) learned = data.reasoning
    },
    /** Takes a whole answer. */
    async learn(answer: Answer): Promise<void> {
      const reasoning = reasoningIn(answer)
      if (settled !== undefined || reasoning === undefined || reasoning === learned) return
      learned = reasoning
      await state?.set(KEY, { baseUrl, model, reasoning })
    },
  }
}
