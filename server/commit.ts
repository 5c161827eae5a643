import type { Conversation } from '@hutong/core/conversation'
import { HutongError } from '@hutong/core/errors'
import type { Made, Outcome, Store, Write } from './stores/store.ts'

/** What a write became once it is durable. */
export type Committed = Exclude<Outcome, { state: 'refused' }>

export interface Committer {
  /** Resolves once durable. Rejects with the decision's refusal, or `unavailable` when the store could not commit. */
  append(write: Write): Promise<Committed>
  /** Resolves when nothing is under way. */
  idle(): Promise<void>
}

export interface CommitterOptions {
  store: Pick<Store, 'commit'>
  /** What follows from a write is stored with it; each sees what those before it have added. */
  owing?: readonly Owing[]
  /** Hears what was applied, in commit order, before the senders' acknowledgements leave. */
  committed(applied: Extract<Outcome, { state: 'applied' }>[]): void
  /** Hears of what went wrong: a transaction that failed, a listener that threw. */
  failed(cause: unknown): void
  /** Told how long each transaction took, in seconds, and of how many writes it was made. */
  measure?(seconds: number, writes: number): void
}

/**
 * Adds what follows from what a write makes of a conversation, `conversation` as it is before; gives back the same object when
 * nothing follows. Pure: runs inside the transaction.
 */
export type Owing = (made: Made, conversation: Conversation, at: number) => Made

interface Waiting {
  write: Write
  resolve(outcome: Committed): void
  reject(error: unknown): void
}

/** Group commit: all appends of one turn of the event loop become one transaction, and one disk flush pays for them all. */
export function createCommitter({ store, owing = [], committed, failed, measure }: CommitterOptions): Committer {
  let waiting: Waiting[] = []
  let flushing: Promise<void> | undefined

  function append(write: Write): Promise<Committed> {
    return new Promise((resolve, reject) => {
      waiting.push({ write: withOwed(write), resolve, reject })
      flushing ??= nextTurn().then(drain)
    })
  }

  function withOwed(write: Write): Write {
    return {
      ...write,
      decide(conversation, said) {
        const decision = write.decide(conversation, said)
        if ('refuse' in decision) return decision
        return owing.reduce((made, follows) => follows(made, conversation, write.at), decision)
      },
    }
  }

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      await flush(batch)
    }
    flushing = undefined
  }

  async function flush(batch: Waiting[]): Promise<void> {
    const started = performance.now()
    const outcomes = await store.commit(batch.map((one) => one.write)).catch((cause: unknown) => cause)
    if (!Array.isArray(outcomes)) {
      failed(outcomes)
      const error = new HutongError('unavailable', 'the store could not commit; nothing was kept', { cause: outcomes })
      for (const one of batch) one.reject(error)
      return
    }
    measure?.((performance.now() - started) / 1_000, batch.length)
    settle(batch, outcomes)
  }

  function settle(batch: Waiting[], outcomes: Outcome[]): void {
    const applied = outcomes.filter((outcome) => outcome.state === 'applied')
    if (applied.length > 0) tell(applied)
    for (const [index, one] of batch.entries()) {
      const outcome = outcomes[index]
      if (outcome === undefined) one.reject(new HutongError('internal', 'the store gave no outcome for this write'))
      else if (outcome.state === 'refused') one.reject(outcome.error)
      else one.resolve(outcome)
    }
  }

  /** What is committed is committed: senders get their acknowledgement whatever a listener does. */
  function tell(applied: Parameters<typeof committed>[0]): void {
    try {
      committed(applied)
    } catch (cause) {
      failed(cause)
    }
  }

  return { append, idle: async () => flushing }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
