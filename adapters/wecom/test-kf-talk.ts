import type { Adapter, Delivery } from '@hutong/core/adapter'
import type { Part } from '@hutong/core/parts'
import { expect, onTestFinished } from 'vitest'
import type { FakeWeComCustomer } from './fake/customer.ts'
import type { WeComKfOptions } from './kf.ts'
import { type KfStand, standKf } from './test-kf-bench.ts'

export type KfAdapter = ReturnType<KfStand['adapter']>

/** A stand with an adapter that is open, and a customer. */
export interface KfTalk extends KfStand {
  readonly kf: KfAdapter
  readonly lin: FakeWeComCustomer
  readonly address: KfStand['address']
  /** What is kept of her, oldest first: words, or the kind of what is no message. */
  kept(name?: string): string[]
  /** A message to her, ready to be sent; the same number is the same message. */
  delivery(number: number, part?: Part): Promise<Delivery>
  until<T>(read: () => T | Promise<T>, expected: T): Promise<void>
}

export async function talk(options: Partial<WeComKfOptions> = {}): Promise<KfTalk> {
  const stand = await standKf()
  const kf = stand.adapter(options)
  const lin = stand.customer('lin')
  onTestFinished(async () => {
    await kf.close()
    await stand.close()
  })
  await openIdle(kf, stand)
  return { ...stand, kf, lin, ...readers(stand) }
}

/** Resolves when the first look is over, so that what happens from here on comes by callbacks. */
export async function openIdle(kf: Adapter, { host, fake }: KfStand): Promise<void> {
  const before = fake.calls.filter(isSync).length
  await kf.open(host)
  await expect.poll(() => fake.calls.filter(isSync).length).toBeGreaterThan(before)
}

function isSync({ path }: { path: string }): boolean {
  return path === '/cgi-bin/kf/sync_msg'
}

function readers({ host, address }: KfStand): Pick<KfTalk, 'kept' | 'delivery' | 'until'> {
  return {
    kept: (name = 'lin') =>
      host.entries(address(name)).map(({ body }) => {
        const [part] = body.kind === 'message' ? body.parts : []
        return part === undefined ? body.kind : part.kind === 'text' ? part.text : part.kind
      }),
    async delivery(number, part = { kind: 'text', text: `answer ${number}`, format: 'plain' }) {
      const [first] = host.entries(address('lin'))
      const conversation = first?.conversation ?? ''
      const from = { kind: 'agent', id: 'a_1', name: 'Anna' } as const
      const [entry] = await host.commit(conversation, from, { kind: 'message', parts: [part] })
      if (entry === undefined) throw new Error('the host committed nothing')
      return {
        key: `${conversation}:answer-${number}`,
        to: { address: address('lin'), conversation },
        ...{ entry, parts: [part], changes: [], attempt: 1 },
      }
    },
    until: (read, expected) => expect.poll(read, { timeout: 3_000, interval: 5 }).toEqual(expected),
  }
}
