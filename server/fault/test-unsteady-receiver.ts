import { type Call, openReceiver, type Receiver, type Reply } from '../backends/webhook/test-receiver.ts'

export type Mode = 'up' | 'refused' | 'failing' | 'hanging'

/** A webhook that keeps its address while it comes and goes. */
export interface UnsteadyReceiver {
  readonly url: string
  /** All that was sent to it, also what it did not take. */
  readonly calls: Call[]
  /** What it took, in order. */
  readonly taken: Call[]
  readonly complaints: string[]
  become(mode: Mode): Promise<void>
  close(): Promise<void>
}

export async function openUnsteadyReceiver(options: {
  secret: string
  now(): number
  /** What it says when it is up. */
  reply(call: Call): Reply
}): Promise<UnsteadyReceiver> {
  const calls: Call[] = []
  const taken: Call[] = []
  const complaints: string[] = []
  let mode: Mode = 'up'
  let receiver: Receiver | undefined = await openReceiver(options)
  const { url, port } = receiver

  function answer(call: Call): Reply {
    calls.push(call)
    if (mode === 'failing') return { status: 500 }
    if (mode === 'hanging') return () => undefined
    taken.push(call)
    return options.reply(call)
  }

  async function close() {
    complaints.push(...(receiver?.complaints ?? []))
    await receiver?.close()
    receiver = undefined
  }

  receiver.answer(answer)
  return {
    url,
    calls,
    taken,
    complaints,
    async become(next) {
      mode = next
      if (next === 'refused') return close()
      receiver ??= await openReceiver({ ...options, port })
      receiver.answer(answer)
    },
    close,
  }
}
