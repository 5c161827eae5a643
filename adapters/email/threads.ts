import type { Host } from '@hutong/core/adapter'
import { parse } from '@hutong/core/parse'
import { z } from 'zod'

/** What a conversation looks like from outside: what an answer must name so that mail programs show one thread. */
const threadShape = z.object({
  subject: z.string().optional(),
  /** Message-IDs without angle brackets, oldest first. */
  references: z.array(z.string()),
  /** The contact's own, that it wrote from or was written to, in lower case. */
  addresses: z.array(z.string()),
  /** Keys of the deliveries that were taken. */
  sent: z.array(z.string()),
})
export type Thread = z.infer<typeof threadShape>

export interface Threads {
  get(conversation: string): Promise<Thread>
  /**
   * A mail of the contact; a mail that is known changes nothing. What is `beside` the thread (a robot's, or not proven) is
   * answered in it only when nothing else is.
   */
  arrived(conversation: string, mail: Arrived): Promise<void>
  /** A delivery that the mail server has taken. */
  left(conversation: string, mail: { id: string; to: string; subject: string; key: string }): Promise<void>
}

interface Arrived {
  id: string
  from: string
  subject: string
  beside?: true | undefined
}

const REFERENCES_MAX = 20
const ADDRESSES_MAX = 50
const SENT_MAX = 50
const EMPTY: Thread = { references: [], addresses: [], sent: [] }

/** Kept in the channel's state, one key for each conversation. */
export function createThreads({ state }: Pick<Host, 'state'>): Threads {
  const lanes = new Map<string, Promise<unknown>>()

  async function get(conversation: string): Promise<Thread> {
    const kept = await state.get(`thread:${conversation}`)
    return kept === undefined ? EMPTY : parse(threadShape, kept)
  }

  /** Changes of one thread follow each other, so that none is lost. */
  function change(conversation: string, apply: (thread: Thread) => Thread): Promise<void> {
    const before = lanes.get(conversation) ?? Promise.resolve()
    const work = before.then(async () => {
      const thread = await get(conversation)
      const changed = apply(thread)
      if (changed !== thread) await state.set(`thread:${conversation}`, changed)
    })
    const settled = work
      .catch(() => undefined)
      .finally(() => {
        if (lanes.get(conversation) === settled) lanes.delete(conversation)
      })
    lanes.set(conversation, settled)
    return work
  }

  return {
    get,
    arrived: (conversation, { id, from, subject, beside }) =>
      change(conversation, (thread) => {
        if (thread.references.includes(id) || (beside && thread.references.length > 0)) return thread
        return {
          ...thread,
          ...(subject === '' ? {} : { subject: subject.slice(0, 500) }),
          references: add(thread.references, id, REFERENCES_MAX),
          addresses: add(thread.addresses, from, ADDRESSES_MAX),
        }
      }),
    left: (conversation, { id, to, subject, key }) =>
      change(conversation, (thread) => ({
        ...((thread.subject ?? subject) !== '' && { subject: thread.subject ?? subject.slice(0, 500) }),
        references: add(thread.references, id, REFERENCES_MAX),
        addresses: add(thread.addresses, to.toLowerCase(), ADDRESSES_MAX),
        sent: add(thread.sent, key, SENT_MAX),
      })),
  }
}

/** The newest stay, and the first one too: mail programs hang a thread on it. */
function add(list: readonly string[], item: string, most: number): string[] {
  const all = [...list.filter((one) => one !== item), item.slice(0, 500)]
  return all.length <= most ? all : [...all.slice(0, 1), ...all.slice(all.length - most + 1)]
}

const PREFIX = /^\s*((re|aw|sv|antw|fwd?|wg|回复|回覆|答复|答覆|转发|轉寄)\s*(\[\d+\])?\s*[:：]\s*)+/i

/** Whether two subjects are of one thread: what mail programs put before them does not count. */
export function sameSubject(one: string | undefined, other: string): boolean {
  return one !== undefined && bare(one) === bare(other)
}

function bare(subject: string): string {
  return subject.replace(PREFIX, '').replace(/\s+/g, ' ').trim().toLowerCase()
}
