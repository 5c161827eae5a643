import type { Adapter } from '@hutong/core/adapter'
import type { Conversation } from '@hutong/core/conversation'
import { HutongError, toHutongError } from '@hutong/core/errors'
import { channelOf } from './fail-over.ts'
import { SENT } from './stores/small.ts'
import type {
  ClaimedDelivery,
  DeliveryRow,
  NewDelivery,
  OutboxState,
  OutboxStore,
  Settlement,
  SmallStore,
} from './stores/store.ts'

export interface TakeBackOptions {
  store: Pick<OutboxStore, 'deliveriesOf'> & Pick<SmallStore, 'get' | 'set'>
  adapters: ReadonlyMap<string, Adapter>
}

/** Takes messages back from the platforms that they were sent to. */
export interface TakeBack {
  /** The work of it, to be stored with the recall: one delivery for each place the message was sent to, behind it in its lane. */
  deliveries(conversation: Conversation, of: number): Promise<NewDelivery[]>
  /** Does that work. Rejects with what the platform says, `rejected` when the message cannot be taken back. */
  deliver(claimed: ClaimedDelivery, of: number): Promise<Settlement>
}

/** Deliveries read at once. */
const MOST = 200
/** Nothing of these reached anybody, unless it was noted that a part of them did. */
const UNSENT: readonly OutboxState[] = ['dead', 'skipped', 'cancelled']

/** Where it is kept which messages a delivery brought, when it left some out that were to travel with it. */
export function carriedKey(delivery: number): string {
  return `${delivery}:carried`
}

export function createTakeBack({ store, adapters }: TakeBackOptions): TakeBack {
  async function nativesOf(row: DeliveryRow): Promise<string[]> {
    const settled: string[] = row.receipt === null ? [] : JSON.parse(row.receipt)
    const noted = ((await store.get(SENT, String(row.id))) ?? []) as ({ native?: string } | string)[]
    return [...settled, ...noted.flatMap((one) => (typeof one === 'string' ? [] : (one.native ?? [])))]
  }

  /**
   * The platform's ids of the message, which may have travelled in another one's delivery; none when it was not sent. Rejects with
   * `rejected` when it was sent for good.
   */
  async function sentAs(conversation: string, row: DeliveryRow): Promise<string[]> {
    const all = await store.deliveriesOf({ conversation, limit: MOST })
    const head = all.find(({ id }) => id === row.joined) ?? row
    const noted = (await store.get(SENT, carriedKey(head.id))) as number[] | undefined
    const carried = noted ?? [head, ...all.filter(({ joined }) => joined === head.id)].map(({ seq }) => seq)
    const natives = await nativesOf(head)
    if (!carried.includes(row.seq) || (natives.length === 0 && UNSENT.includes(row.state))) return []
    if (!adapters.get(channelOf(row.target))?.recall)
      throw new HutongError('rejected', 'messages cannot be taken back on this channel')
    if (carried.length > 1) throw new HutongError('rejected', 'it travelled in one message with others')
    if (natives.length === 0) throw new HutongError('rejected', 'the platform gave the message no id')
    return natives
  }

  return {
    async deliveries({ id: conversation }, of) {
      const rows = await store.deliveriesOf({ conversation, seq: of, limit: MOST })
      const places = new Map(rows.map((row) => [`${row.lane}\n${row.address}`, row]))
      return [...places.values()].map(({ lane, target, address }) => ({
        lane,
        target,
        entry: 0,
        ...(address !== null && { address }),
      }))
    },
    async deliver({ id, target, address = '', event: { conversation } }, of) {
      const adapter = adapters.get(channelOf(target))
      const rows = await store.deliveriesOf({ conversation, seq: of, limit: MOST })
      const here = rows.filter((row) => row.target === target && row.address === address)
      const natives = new Set((await Promise.all(here.map((row) => sentAs(conversation, row)))).flat())
      if (natives.size === 0 || !adapter?.recall) return { state: 'skipped' }
      const gone = new Set(((await store.get(SENT, String(id))) ?? []) as string[])
      const refused: HutongError[] = []
      for (const native of natives) {
        if (gone.has(native)) continue
        const failure = await adapter.recall(native, { address, conversation }).then(
          () => undefined,
          (thrown: unknown) => toHutongError(thrown),
        )
        if (failure) refused.push(failure)
        else await store.set(SENT, String(id), [...gone.add(native)])
      }
      const worst = refused.find(({ retryable }) => retryable) ?? refused[0]
      if (worst) throw worst
      return { state: 'done' }
    },
  }
}
