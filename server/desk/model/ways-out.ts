import type { DeliveryState, Entry } from '@hutong/core/entry'
import type { Signal as Passing } from '@hutong/core/signal'
import { signal } from '@preact/signals'
import type { Api, Opened, Sent, Way } from './api.ts'

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
  const ways = signal<readonly Way[]>([])
  const threads = signal<Opened['threads']>([])
  const outgoing = signal<ReadonlyMap<number, Outgoing>>(new Map())

  function opened({ online, reach, threads: others }: Pick<Opened, 'online' | 'reach' | 'threads'>) {
    setPresent(online)
    ways.value = reach
    threads.value = others
  }

  return {
    shown: { ways, threads, outgoing },
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
      } else if (heard.kind === 'presence' && heard.from.kind === 'contact') void refresh()
    },
    /** Whatever the contact writes, or its record says, may change the way. */
    add({ from, body }: Entry) {
      if (from.kind === 'contact' || body.kind === 'contact' || body.kind === 'delivery') void refresh()
    },
  }

  async function refresh() {
    const fresh = await api.conversation(id).catch(() => undefined)
    if (fresh) opened(fresh)
  }
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
