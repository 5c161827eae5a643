import type { Entry } from '@hutong/core/entry'
import { closeServer, createHttpServer, listen } from '../../http-server.ts'
import { openTestRelay, type TestRelay } from '../../test-relay.ts'
import { createRasaBackend } from './rasa.ts'
import type { RasaOptions } from './rasa-options.ts'
import { createFakeRasa, type FakeRasa, type FakeRasaOptions } from './test-rasa.ts'

export const CALLBACK_TOKEN = 'a-token-that-is-only-used-in-tests'
export const anna = { kind: 'agent' as const, id: 'a_anna', name: 'Anna' }

export interface RasaTalk {
  rasa: FakeRasa
  house: TestRelay
  /** Where the relay listens. */
  origin: string
  /** What Rasa said, in order, as the contact sees it. */
  said(conversation: string): Promise<string[]>
  /** Resolves with the log once `count` entries of Rasa's are in it. */
  answers(conversation: string, count: number): Promise<Entry[]>
  /** Resolves with the hand-off away from Rasa. */
  handedOn(conversation: string): Promise<Entry>
  /** An agent gives the floor back. */
  giveBack(conversation: string): Promise<void>
  close(): Promise<void>
}

/** A relay whose bot is a Rasa on this machine. */
export async function openRasaTalk(
  more: Partial<RasaOptions> = {},
  {
    fake = {},
    ...house
  }: { fake?: FakeRasaOptions } & Pick<
    Parameters<typeof openTestRelay>[0] & object,
    'adapters' | 'backends' | 'routing'
  > = {},
): Promise<RasaTalk> {
  const rasa = await createFakeRasa(fake)
  const callback = more.channel === 'callback' ? { callbackToken: CALLBACK_TOKEN } : {}
  const backend = createRasaBackend('rasa', { url: rasa.url, ...callback, ...more })
  const relay = await openTestRelay({
    routing: ['rasa', 'desk'],
    ...house,
    backends: [backend, ...(house.backends ?? [])],
  })
  const http = createHttpServer({ fetch: (request) => relay.relay.fetch(request) })
  const origin = `http://127.0.0.1:${await listen(http, { host: '127.0.0.1', port: 0 })}`
  if (more.channel === 'callback' && !fake.credentials)
    rasa.credentials.callback = { url: `${origin}/backends/rasa/callback`, token: CALLBACK_TOKEN }

  return {
    rasa,
    house: relay,
    origin,
    said: async (conversation) => (await relay.log(conversation)).filter(isRasas).map(textOf),
    answers: (conversation, count) => relay.until(conversation, (entries) => entries.filter(isRasas).length >= count),
    async handedOn(conversation) {
      const isOn = ({ body }: Entry) => body.kind === 'handoff' && body.floor.holder.kind === 'queue'
      return (await relay.until(conversation, (entries) => entries.some(isOn))).findLast(isOn) as Entry
    },
    async giveBack(conversation) {
      const to = { kind: 'bot' as const, id: 'rasa' }
      await relay.relay.act(anna, conversation, { key: `back:${Math.random()}`, actions: [{ kind: 'handoff', to }] })
    },
    async close() {
      await closeServer(http, 100)
      await relay.close()
      await rasa.close()
    },
  }
}

function isRasas({ from, body }: Entry): boolean {
  return from.kind === 'bot' && from.id === 'rasa' && body.kind === 'message'
}

export function textOf({ body }: Entry): string {
  if (body.kind !== 'message') return ''
  return body.parts.map((part) => (part.kind === 'text' ? part.text : `[${part.kind}]`)).join(' ')
}
