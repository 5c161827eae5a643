import { setTimeout } from 'node:timers/promises'
import { createLedgerClient, type LedgerClient } from './ledger-client.ts'
import { createRandom, type Random } from './random.ts'
import type { RelayProcess } from './relay-process.ts'

export interface StormOptions {
  relay: RelayProcess
  clients: number
  seed: number
}

/** How long everything may take to come to rest: above the lease of a delivery that a killed relay had under way. */
const REST_MS = 45_000

export interface Storm {
  readonly clients: readonly LedgerClient[]
  readonly random: Random
  /** Stops the writing; resolves once every client is at rest, with those that never came to rest or saw a fault. */
  calm(): Promise<string[]>
  close(): void
}

/** Pairs of tabs, each pair one visitor, all writing at once. A fifth of the visitors talks to a bot, and slower. */
export async function createStorm({ relay, clients: count, seed }: StormOptions): Promise<Storm> {
  const random = createRandom(seed)
  const clients: LedgerClient[] = []
  for (let pair = 0; pair < count / 2; pair++) {
    const bot = pair % 5 === 0
    const pace = bot ? { site: 'bot', window: 1, pauseMs: 400 } : { site: 'desk', window: 3, pauseMs: 30 }
    const options = { url: relay.url, random, ...pace }
    const first = createLedgerClient({ ...options, name: `p${pair}a` })
    const second = createLedgerClient({ ...options, name: `p${pair}b`, token: await first.token })
    clients.push(first, second)
  }

  async function calm(): Promise<string[]> {
    for (const client of clients) client.stopWriting()
    const until = performance.now() + REST_MS
    while (performance.now() < until) {
      if (clients.every(settled) || clients.some(({ ledger }) => ledger.faults.length > 0)) break
      await setTimeout(50)
    }
    return clients
      .filter((client) => !settled(client) || client.ledger.faults.length > 0)
      .map(({ name, ledger }) => `${name} is not at rest: ${ledger.faults[0] ?? 'something never arrived'}`)
  }

  function close(): void {
    for (const client of clients) client.close()
  }

  return { clients, random, calm, close }
}

/** At rest, and where a bot answers with as many answers as questions. */
function settled({ atRest, site, ledger: { received } }: LedgerClient): boolean {
  const by = (author: string) => received.filter((one) => one.author === author).length
  return atRest && (site !== 'bot' || by('bot') >= by('contact'))
}
