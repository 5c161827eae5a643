import type { ActionInput, BackendHost, Event, Tools } from '@hutong/core/backend'
import type { Body, Entry } from '@hutong/core/entry'
import { toHutongError } from '@hutong/core/errors'
import { quiet } from '../../test-relay.ts'
import { createOpenaiBackend } from './openai.ts'
import type { OpenaiOptions } from './openai-options.ts'

export interface Ended {
  /** Without the growing of the text and the typing. */
  actions: ActionInput[]
  grown: string[]
  /** The row of the error table that it threw. */
  failed?: { code: string; message: string; retryAfter: number | undefined; cause: string }
}

/** Links to every file. The clock stands at noon. */
const host = (state: Map<string, unknown>): BackendHost => ({
  act: () => Promise.reject(new Error('the openai backend acts by its answers alone')),
  route: () => undefined,
  state: { get: async (key) => state.get(key), set: async (key, value) => void state.set(key, value) },
  fileUrl: (id, until) => `https://relay.example/files/${id}?until=${new Date(until).toISOString()}`,
  hasten: async () => undefined,
  folder: () => Promise.reject(new Error('the openai backend needs no folder')),
  logger: quiet,
  clock: { now: () => Date.UTC(2026, 10, 21, 12) },
})

/** A log and the backend beside it, without a relay: what the backend asks for is seen as it asks. */
export function createTalk(options: OpenaiOptions, state = new Map<string, unknown>()) {
  const backend = createOpenaiBackend('ai', options)
  const opened = backend.open?.(host(state))
  const log: Entry[] = []
  let memory: unknown

  function add(
    from: Entry['from'] | 'contact' | 'agent' | 'bot',
    body: Body | string,
    key = `k${log.length + 1}`,
  ): Entry {
    const seq = log.length + 1
    const entry: Entry = {
      conversation: 'v1',
      seq,
      key,
      at: 0,
      from: typeof from === 'string' ? { kind: from, id: from === 'bot' ? 'ai' : 'x', name: `Name of ${from}` } : from,
      body:
        typeof body === 'string' ? { kind: 'message', parts: [{ kind: 'text', text: body, format: 'plain' }] } : body,
    }
    log.push(entry)
    return entry
  }

  function toolsFor(before: number, signal: AbortSignal): Tools {
    return {
      signal,
      history: async (range = {}) =>
        log.filter(({ seq }) => seq < (range.before ?? before)).slice(-Math.min(range.limit ?? 50, 100)),
      conversation: () => Promise.reject(new Error('the openai backend asks for no conversation')),
      contact: () => Promise.reject(new Error('the openai backend asks for no contact')),
      memory: {
        get: async () => structuredClone(memory),
        put: async (value) => {
          memory = JSON.parse(JSON.stringify(value))
        },
      },
    }
  }

  return {
    add: (from: Parameters<typeof add>[0], body: Body | string) => add(from, body),
    /** The backend's answer to the entry `of`, under the key that it gives answers. */
    answer: (text: string, of: number) => add('bot', text, `v1:${of}:answer`),
    /** The backend hears the entry, or the newest one. */
    async hear(entry: Entry = log.at(-1) ?? add('contact', 'Hello?'), signal?: AbortSignal): Promise<Ended> {
      const event: Event = {
        id: `v1:${entry.seq}`,
        position: entry.seq,
        site: 'shop',
        conversation: 'v1',
        contact: 'c1',
        entry,
        floor: { holder: { kind: 'bot', id: 'ai' }, term: 1 },
      }
      await opened
      const actions: ActionInput[] = []
      const grown: string[] = []
      try {
        const answer = backend.handle(event, toolsFor(entry.seq, signal ?? new AbortController().signal))
        if (Symbol.asyncIterator in answer)
          for await (const action of answer)
            if (action.kind === 'stream' && !action.done) grown.push(action.text)
            else if (action.kind !== 'typing') actions.push(action)
        return { actions, grown }
      } catch (thrown) {
        const { code, message, retryAfter, cause } = toHutongError(thrown)
        return { actions, grown, failed: { code, message, retryAfter, cause: String(cause) } }
      }
    },
  }
}
