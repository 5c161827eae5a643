import type { Adapter, FileStorage, Receipt } from '@hutong/core/adapter'
import { degrade } from '@hutong/core/degrade'
import { HutongError } from '@hutong/core/errors'
import type { Carrier } from './outbox.ts'
import { withUrls } from './present.ts'
import type { Prompts } from './prompts.ts'
import type { PeopleStore, Settlement, SmallStore } from './stores/store.ts'

export interface EgressOptions {
  store: Pick<PeopleStore, 'contact'> & Pick<SmallStore, 'get' | 'set'>
  adapters: ReadonlyMap<string, Adapter>
  files: Pick<FileStorage, 'url'>
  prompts: Prompts
}

const TRIES = 12
/** Where the receipts of a delivery of several messages are kept, so that a new try goes on where the last one stopped. */
const SENT = 'sent'

/** The last stage: the entry in the channel's own means, sent under the delivery's key. */
export function createEgress({ store, adapters, files, prompts }: EgressOptions): Carrier {
  return {
    tries: TRIES,
    async deliver({ id, target, attempt, event }) {
      const adapter = adapters.get(target.slice('channel:'.length))
      if (!adapter) throw new HutongError('misconfigured', `no channel is called ${target}`)
      const entry = withUrls(event.entry, files)
      if (entry.body.kind !== 'message') return { state: 'done' }
      const contact = await store.contact(event.contact)
      const identity = contact?.identities.find((one) => one.channel === adapter.channel)
      if (!identity) throw new HutongError('gone', `the contact has no address on ${adapter.channel}`)
      const { messages, changes, prompts: offered } = degrade(entry.body.parts, adapter.capabilities)
      const receipts = ((await store.get(SENT, String(id))) ?? []) as Receipt[]
      for (const [index, parts] of messages.entries()) {
        if (index < receipts.length) continue
        const to = { address: identity.address, conversation: event.conversation }
        receipts.push(await adapter.send({ key: `d${id}:${index}`, to, entry, parts, changes, attempt }))
        if (messages.length > 1) await store.set(SENT, String(id), receipts)
      }
      await prompts.remember(entry, offered)
      return settlementOf(receipts)
    },
  }
}

function settlementOf(receipts: readonly Receipt[]): Settlement {
  const natives = receipts.flatMap((receipt) =>
    receipt.state === 'sent' && receipt.native !== undefined ? [receipt.native] : [],
  )
  const unsure = receipts.find((receipt) => receipt.state === 'unsure')
  const known = natives.length === 0 ? {} : { natives }
  return unsure ? { state: 'unsure', error: unsure.reason, ...known } : { state: 'done', ...known }
}
