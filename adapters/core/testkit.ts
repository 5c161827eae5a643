import { describe, expect, test } from 'vitest'
import type { Adapter, Capabilities, DeliveryReport } from './adapter.ts'
import type { Fault, MemoryHost } from './memory.ts'
import { failures } from './testkit-failures.ts'
import { inbound } from './testkit-inbound.ts'
import { life } from './testkit-life.ts'
import { outbound } from './testkit-outbound.ts'
import { createStage, type Stage } from './testkit-stage.ts'

export { readable } from './testkit-stage.ts'

/** What an adapter brings to be tested: itself, and a fake of its platform that people can be played on. */
export interface Bench {
  readonly host: MemoryHost
  /** A new adapter on the same account, not opened yet; a restart asks for another after the first was closed. */
  adapter(): Adapter
  /** A person of the platform who has not written yet. */
  person(name: string): Promise<Person>
  /** Makes the platform fail the next send in this way; unused on channels that read the log. */
  fault(fault: Fault): void
  /** Has the platform tell what became of a message it took; needed where `capabilities.reports` is not empty. */
  report?(native: string, report: DeliveryReport): Promise<void>
  /** Sends what only a stranger to the platform would: a wrong signature, a forged token. Resolves when it was dealt with. */
  forge(): Promise<void>
  /** Sends bytes that no codec can read, correctly signed where the platform signs. Resolves when they were dealt with. */
  garble(): Promise<void>
  close(): Promise<void>
  /** Milliseconds that something may take to arrive. Default 2000. */
  readonly patience?: number
}

/** What a person writes; `id` is the platform's, and the same id again is the platform's repeat of the same payload. */
export type Written = { id: string } & (
  | { text: string }
  | { file: { name: string; type: string; bytes: Uint8Array<ArrayBuffer> } }
  /** A kind the codec cannot know. */
  | { strange: true }
)

export interface Person {
  /** The address under which the channel hands this person over. */
  readonly address: string
  /** The site, on channels that serve several. */
  readonly site?: string
  /** True once the platform (or the person's own client) was told that the message is safe; false when it was not. */
  write(message: Written): Promise<boolean>
  /** Picks an option that was offered and is shown natively. */
  pick(option: string): Promise<boolean>
  type(on: boolean): void
  /** Takes a message back that was written under this id; needed where `capabilities.recall` and people can take back. */
  takeBack?(id: string): Promise<boolean>
  /** What the person sees of what was sent to them, a text for each message; `readable()` makes one from parts. */
  sees(): Promise<readonly string[]>
  /** Whether the person sees that somebody is typing. */
  seesTyping(): boolean
  /** Closes the person's client and opens it again later; nothing on platforms that keep messages themselves. */
  leave(): Promise<void>
  comeBack(): Promise<void>
}

/** One promise of the contract. */
export interface Pledge {
  title: string
  /** Whether it concerns a channel with these capabilities; absent when it concerns all. */
  concerns?(capabilities: Capabilities): boolean
  /** Rejects when the adapter does not keep it. */
  prove(stage: Stage): Promise<void>
}

export const PLEDGES: readonly Pledge[] = [...life, ...inbound, ...outbound, ...failures]

/**
 * Holds an adapter to every promise of the contract, each on a bench of its own. `exceptions` maps the title of a promise that
 * the platform makes impossible to the reason; a title that is no promise, and a reason that is empty, fail the run.
 */
export function testAdapter(
  bench: () => Bench | Promise<Bench>,
  exceptions: Readonly<Record<string, string>> = {},
): void {
  describe('adapter contract', () => {
    test('names only promises it cannot keep, each with the reason', () => {
      expect(wrongExceptions(exceptions)).toEqual([])
    })
    for (const pledge of PLEDGES)
      test(pledge.title, async ({ skip }) => {
        const reason = exceptions[pledge.title]
        if (reason) skip(`exception: ${reason}`)
        const stage = await createStage(await bench())
        try {
          if (pledge.concerns && !pledge.concerns(stage.capabilities)) skip('does not concern this channel')
          await stage.open()
          await pledge.prove(stage)
        } finally {
          await stage.end()
        }
      })
  })
}

/** The exceptions that may not stand: unknown titles and missing reasons. */
export function wrongExceptions(exceptions: Readonly<Record<string, string>>): string[] {
  return Object.entries(exceptions).flatMap(([title, reason]) => {
    if (!PLEDGES.some((one) => one.title === title)) return [`unknown promise: ${title}`]
    return reason.trim() === '' ? [`no reason given: ${title}`] : []
  })
}
