import type { Delivery } from '@hutong/core/adapter'
import { degrade } from '@hutong/core/degrade'
import { type PartInput, part as partSchema } from '@hutong/core/parts'
import { afterEach } from 'vitest'
import { type AppStand, standApp } from './test-app-bench.ts'

export const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0])
export const SEND = '/cgi-bin/message/send'
export const HOUR = 3_600_000

export interface Talk extends AppStand {
  readonly conversation: string
  readonly app: ReturnType<AppStand['adapter']>
  /** The deliveries of what an agent says to Lin, or to another address. */
  deliveries(parts: readonly PartInput[], to?: string): Promise<Delivery[]>
  tell(...parts: PartInput[]): Promise<void>
  store(name: string, type: string, bytes: Uint8Array<ArrayBuffer>): Promise<string>
  /** What was sent last, as JSON. */
  sent(path?: string): Record<string, unknown>
}

const stands: AppStand[] = []
afterEach(async () => {
  for (const stand of stands.splice(0)) await stand.close()
})

/** A stand that is closed after the test. */
export async function startStand(): Promise<AppStand> {
  const stand = await standApp()
  stands.push(stand)
  return stand
}

/** Lin has written to the app once. */
export async function startTalk(): Promise<Talk> {
  const stand = await startStand()
  const { fake, host } = stand
  const app = stand.adapter()
  await app.open(host)
  await fake.member('Lin').say('hello')
  const conversation = host.entries('Lin')[0]?.conversation ?? ''
  const agent = { kind: 'agent', id: 'a_1' } as const

  async function deliveries(parts: readonly PartInput[], to = 'Lin'): Promise<Delivery[]> {
    const read = parts.map((one) => partSchema.parse(one))
    const [entry] = await host.commit(conversation, agent, { kind: 'message', parts: read })
    if (entry === undefined) throw new Error('nothing was committed')
    const { messages, changes } = degrade(read, app.capabilities)
    return messages.map((message, index) => ({
      ...{
        key: `d_${entry.seq}:${index}`,
        to: { address: to, conversation },
        entry,
        parts: message,
        changes,
        attempt: 1,
      },
    }))
  }

  return {
    ...stand,
    ...{ conversation, app, deliveries },
    async tell(...parts) {
      for (const delivery of await deliveries(parts)) await app.send(delivery)
    },
    async store(name, type, bytes) {
      const stored = await host.files.put(new Blob([bytes]).stream(), { site: 'site', name, type })
      return stored.id
    },
    sent(path = SEND) {
      const call = fake.calls.filter((one) => one.path === path).at(-1)
      return (call?.json ?? {}) as Record<string, unknown>
    },
  }
}

export const says = (text: string): PartInput => ({ kind: 'text', text })
export const calls = ({ fake }: Talk, path = SEND) => fake.calls.filter((one) => one.path === path).length
