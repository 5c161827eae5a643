import type { Adapter } from '@hutong/core/adapter'
import type { ActionInput, Backend, Event, Tools } from '@hutong/core/backend'
import type { ContactBody, Entry } from '@hutong/core/entry'
import { openTestRelay, type TestRelay, textBody, webChannel } from '../../test-relay.ts'
import { createFlowBackend } from './flow.ts'
import type { FlowOptions } from './flow-options.ts'

export interface Talk extends TestRelay {
  conversation(): string
  /** What the flow left in the log in answer to what the visitor sends, once it is done with it. */
  say(body: ContactBody | string): Promise<Entry[]>
  /** Puts another flow in place of the one that answers. */
  change(options: FlowOptions): void
}

export interface TalkOptions {
  routing?: readonly string[]
  others?: readonly Backend[]
  adapters?: readonly Adapter[]
  /** Called before each action is asked for, with how many there were before it in this try. */
  before?(count: number): Promise<void> | void
}

/** A visitor and a flow on a relay of their own. */
export async function openTalk(
  options: FlowOptions,
  { routing, others = [], adapters, before }: TalkOptions = {},
): Promise<Talk> {
  let inner = createFlowBackend('flow', options)
  const done = new Set<string>()
  async function* handle(event: Event, tools: Tools): AsyncIterable<ActionInput> {
    const answer = inner.handle(event, tools)
    let count = 0
    if (Symbol.asyncIterator in answer)
      for await (const action of answer) {
        await before?.(count++)
        yield action
      }
    done.add(event.id)
  }
  const relay = await openTestRelay({
    backends: [{ name: 'flow', handle }, ...others],
    routing: routing ?? ['flow', 'desk'],
    ...(adapters && { adapters }),
  })
  let conversation = ''
  return {
    ...relay,
    conversation: () => conversation,
    async say(body) {
      const accepted = await relay.write(typeof body === 'string' ? textBody(body) : body)
      conversation = accepted.conversation
      const id = `${conversation}:${accepted.seq}`
      await relay.until(conversation, () => done.has(id))
      return (await relay.log(conversation)).filter(({ seq, from }) => seq > accepted.seq && from.id === 'flow')
    },
    change(other) {
      inner = createFlowBackend('flow', other)
    },
  }
}

/** A channel that has texts and nothing else. */
export function plainChannel(sent: string[]): Adapter {
  return {
    ...webChannel,
    capabilities: {
      ...webChannel.capabilities,
      parts: ['text'],
      text: { markdown: false, max: null, unit: 'chars' },
      readsLog: false,
    },
    async send({ parts }) {
      sent.push(...parts.flatMap((part) => (part.kind === 'text' ? [part.text] : [])))
      return { state: 'sent', native: `n${sent.length}` }
    },
  }
}

/** An entry in a few words. */
export function brief({ body }: Entry): string {
  switch (body.kind) {
    case 'message':
      return body.parts
        .map((part) => {
          if (part.kind === 'text') return part.text
          if (part.kind === 'choices') return `${part.text} [${part.options.map(({ label }) => label).join(' | ')}]`
          if (part.kind === 'form') return `form ${part.fields.map(({ name }) => name).join(',')}`
          return part.kind === 'rating' ? `rating ${part.scale}` : part.kind
        })
        .join(' + ')
    case 'handoff':
      return `handoff to ${body.floor.holder.kind}`
    case 'attributes':
      return `set ${JSON.stringify(body.changes)}`
    case 'status':
      return body.status
    default:
      return body.kind
  }
}
