import { type Prompt, understand } from '@hutong/core/degrade'
import type { ContactBody } from '@hutong/core/entry'
import type { Opening, Store } from './stores/store.ts'

/**
 * Where a channel has no buttons, choices go out as numbered text and the answer comes back as "2". What was offered last
 * is remembered per conversation until the next message goes out.
 */
export interface Prompts {
  remember(conversation: string, of: number, offered: readonly Prompt[]): Promise<void>
  /** The body with the option the text means, when the channel sends numbered text and something was offered. */
  understand(opening: Opening, body: ContactBody): Promise<ContactBody>
}

interface Remembered {
  of: number
  offered: Prompt[]
}

const SCOPE = 'prompts'

export function createPrompts(
  store: Pick<Store, 'get' | 'set' | 'find'>,
  readsLog: (channel: string) => boolean,
): Prompts {
  return {
    async remember(conversation, of, offered) {
      await store.set(SCOPE, conversation, offered.length === 0 ? undefined : { of, offered })
    },
    async understand({ site, channel, address }, body) {
      if (body.kind !== 'message' || body.choice !== undefined || readsLog(channel)) return body
      const [part] = body.parts
      if (body.parts.length !== 1 || part?.kind !== 'text') return body
      const conversation = await store.find(site, channel, address)
      if (!conversation) return body
      const remembered = (await store.get(SCOPE, conversation.id)) as Remembered | undefined
      for (const prompt of remembered?.offered ?? []) {
        const id = understand(part.text, prompt)
        if (remembered && id !== undefined) return { ...body, choice: { of: remembered.of, id } }
      }
      return body
    },
  }
}
