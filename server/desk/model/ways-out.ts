import type { DeliveryState, Entry } from '@hutong/core/entry'
import type { Signal as Passing } from '@hutong/core/signal'
import { signal } from '@preact/signals'
import type { Api, Opened, Reach, Sent } from './api.ts'

/** How far a message has come on a channel that it is sent through. */
export interface Outgoing {
  channel: string
  state: DeliveryState
  reason?: string | undefined
}

/** Whether it did not arrive, or perhaps did not. */
export const isLost = ({ state }: Outgoing) => state === 'failed' || state === 'unsure'

/** Which way an answer would take now, and how far the ones before have come. */
export function createWaysOut(api: Api, id: string, setPresent: (online: boolean) => void) {
  const reach = signal<Reach | undefined>()
  const threads = signal<Opened['threads']>([])
  const outgoing = signal<ReadonlyMap<number, Outgoing>>(new Map())

  function opened(now: Pick<Opened, 'online' | 'reach' | 'closed' | 'invitations' | 'threads'>) {
    setPresent(now.online)
    reach.value = { open: now.reach, closed: now.closed, invitations: now.invitations }
    threads.value = now.threads
  }

  return {
    shown: { reach, threads, outgoing },
    async load(first: Opened) {
      opened(first)
      const { items } = await api.deliveries(id)
      outgoing.value = new Map([...items.toReversed().flatMap(outgoingOf), ...outgoing.peek()])
    },
    refresh,
    hear(heard: Passing) {
      if (heard.kind === 'delivery') {
        const { of, channel, state, reason } = heard
        outgoing.value = new Map(outgoing.peek()).set(of, { channel, state, reason })
        if (isCounted(reach.peek())) void refresh()
      } else if (heard.kind === 'presence' && heard.from.kind === 'contact') void refresh()
    },
    /** Whatever people write, and what becomes of that, may change the way: a colleague may answer in the platform's own client. */
    add({ from, body }: Entry) {
      if (from.kind === 'contact' || from.kind === 'agent' || body.kind === 'contact' || body.kind === 'delivery')
        void refresh()
    },
  }

  async function refresh(asker: 'person' | 'page' = 'page') {
    const fresh = await api.conversation(id, asker).catch(() => undefined)
    if (fresh) opened(fresh)
  }
}

/** Whether what is sent may leave fewer messages, or none. */
function isCounted(reach: Reach | undefined): boolean {
  return reach?.open.some(({ left }) => left !== undefined) ?? false
}

const STATES: Readonly<Record<Sent['state'], DeliveryState | undefined>> = {
  ready: 'waiting',
  leased: 'waiting',
  joined: 'waiting',
  done: 'sent',
  skipped: 'skipped',
  dead: 'failed',
  unsure: 'unsure',
  cancelled: undefined,
}

function outgoingOf({ seq, target, state, reported, error }: Sent): [number, Outgoing][] {
  const reached = reported ?? STATES[state]
  if (reached === undefined) return []
  return [[seq, { channel: target.slice('channel:'.length), state: reached, reason: error ?? undefined }]]
}
