import { HutongError } from '@hutong/core/errors'
import type { Api, Aside, Opened } from './model/api.ts'
import type { PretendLogs } from './pretend-logs.ts'

type Errands = Pick<
  Api,
  'contacts' | 'merge' | 'unmerge' | 'transcript' | 'invite' | 'resend' | 'aside' | 'retryAside' | 'discardAside'
>

export interface PretendErrands extends Errands {
  /** Mails that could not be taken. */
  readonly kept: Aside[]
  /** Where transcripts went. */
  readonly mailed: string[]
  /** Where customers were invited to. */
  readonly invited: string[]
  /** What was sent again. */
  readonly resent: number[]
  threads(id: string): Opened['threads']
}

/** What agents do around conversations, in memory: contacts merged one into another, mails that were set aside. */
export function createPretendErrands(logs: PretendLogs, guard: () => void): PretendErrands {
  const links = new Map<string, string>()
  const kept: Aside[] = []
  const mailed: string[] = []
  const invited: string[] = []
  const resent: number[] = []

  function say(contact: string, merged: string | null) {
    const id = contact.slice(2)
    logs.append(id, {
      from: { kind: 'agent', id: 'a_ana', name: 'Ana Ruiz' },
      body: { kind: 'contact', changes: { merged } },
    })
  }

  function drop({ id }: Pick<Aside, 'id'>) {
    const at = kept.findIndex((one) => one.id === id)
    if (at === -1) throw new HutongError('not_found', 'no such mail')
    kept.splice(at, 1)
  }

  return {
    kept,
    mailed,
    invited,
    resent,
    threads: (id) =>
      [...links]
        .filter((pair) => pair.includes(`c_${id}`))
        .map(([one, other]) => (one === `c_${id}` ? other : one))
        .map((contact) => ({ conversation: contact.slice(2), contact, channel: 'web', updatedAt: 0 })),
    async contacts({ text }) {
      guard()
      const all = logs.ids().map(logs.contact)
      return { items: all.filter(({ name }) => name?.toLowerCase().includes(text.toLowerCase())) }
    },
    async merge(id, into) {
      guard()
      if (links.has(id)) throw new HutongError('conflict', 'merged already')
      links.set(id, into)
      say(id, into)
      say(into, id)
    },
    async unmerge(id) {
      guard()
      const into = links.get(id)
      if (into === undefined) throw new HutongError('not_found', 'this contact was not merged into another one')
      links.delete(id)
      say(id, null)
      say(into, null)
    },
    async transcript(_, { address }) {
      guard()
      mailed.push(address)
      return { address, state: 'sent' }
    },
    async invite(id, { channel }) {
      guard()
      invited.push(channel)
      const parts = [{ kind: 'text' as const, text: `Go on by ${channel}`, format: 'plain' as const }]
      logs.append(id, { from: { kind: 'system', id: 'relay' }, body: { kind: 'message', parts } })
    },
    async resend(_, seq) {
      guard()
      resent.push(seq)
    },
    aside: async () => ({ items: [...kept] }),
    async retryAside(one) {
      guard()
      drop(one)
    },
    discardAside: async (one) => drop(one),
  }
}
