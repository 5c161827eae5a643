import type { Backend, Event } from '@hutong/core/backend'
import type { ContactBody, Entry } from '@hutong/core/entry'
import { afterEach, describe, expect, it } from 'vitest'
import { actionsIn } from '../../answer.ts'
import { openTestRelay, type TestRelay, textBody } from '../../test-relay.ts'
import { createFlowBackend } from './flow.ts'
import type { FlowOptions } from './flow-options.ts'
import { brief } from './test-flow-talk.ts'

const first: FlowOptions = {
  rules: [
    { any: ['menu'], next: 'main' },
    { any: ['return'], next: 'form' },
  ],
  steps: {
    main: {
      kind: 'menu',
      text: 'What is it about?',
      options: [
        { id: 'teas', label: 'Our teas', next: 'on' },
        { id: 'refund', label: 'My refund', next: 'on' },
      ],
    },
    on: { kind: 'handoff' },
    form: { kind: 'form', fields: [{ name: 'order', label: 'Order number' }], next: 'on' },
  },
}
const second: FlowOptions = {
  rules: [
    { any: ['refund'], next: 'refund' },
    { pattern: '{digits:6}', as: 'order', next: 'order' },
  ],
  steps: { refund: { kind: 'say', text: 'Refunds take a day.' }, order: { kind: 'say', text: 'Order {{order}}.' } },
}
const greeting: FlowOptions = {
  ...second,
  welcome: { text: 'The second flow.', next: 'main' },
  steps: {
    ...second.steps,
    main: { kind: 'menu', text: 'Which tea?', options: [{ id: 'green', label: 'Green', next: 'refund' }] },
  },
}

let relay: TestRelay | undefined
let conversation = ''
afterEach(async () => {
  await relay?.close()
  relay = undefined
})

interface Chain {
  routing: readonly string[]
  backends: readonly Backend[]
  said: readonly (string | ContactBody)[]
}

/** All that the log holds once every event of what a visitor said is done with. */
async function logOf({ routing, backends, said }: Chain): Promise<Entry[]> {
  await relay?.close()
  let busy = 0
  const house = await openTestRelay({ routing, backends: backends.map((one) => counted(one, (by) => (busy += by))) })
  relay = house
  for (const one of said) {
    const accepted = await house.write(typeof one === 'string' ? textBody(one) : one)
    conversation = accepted.conversation
    await house.until(conversation, (log) => log.some(({ seq, from }) => seq > accepted.seq && from.kind === 'bot'))
    await atRest(() => busy === 0)
  }
  return house.log(conversation)
}

function counted(backend: Backend, count: (by: number) => void): Backend {
  async function* handle(event: Event, tools: Parameters<Backend['handle']>[1]) {
    count(1)
    const answer = backend.handle(event, tools)
    if (Symbol.asyncIterator in answer) yield* answer
    else yield* actionsIn((await answer) ?? [])
    count(-1)
  }
  return { ...backend, handle }
}

/** Nothing has been under way for a while. */
async function atRest(isQuiet: () => boolean): Promise<void> {
  for (let quiet = 0; quiet < 5; quiet = isQuiet() ? quiet + 1 : 0) await new Promise((done) => setTimeout(done, 20))
}

async function chain(flow: FlowOptions, ...said: (string | ContactBody)[]): Promise<string[]> {
  const backends = [createFlowBackend('first', first), createFlowBackend('second', flow)]
  const log = await logOf({ routing: ['first', 'second', 'desk'], backends, said })
  return log.filter(({ from }) => from.id === 'second').map(brief)
}

const presses = (of: number, id: string): ContactBody => ({
  kind: 'message',
  parts: [{ kind: 'text', text: 'x', format: 'plain' }],
  choice: { of, id },
})
const pressed = presses(2, 'main:refund')

describe('a flow behind another bot', () => {
  it('answers the question that is passed on', async () => {
    expect(await chain(second, 'what about refunds')).toEqual(['Refunds take a day.'])
    expect(await chain(second, '123456')).toEqual(['Order 123456.'])
  })

  it('takes no button of the other one, and no number of an option, for a question', async () => {
    expect(await chain(second, 'menu', pressed)).toEqual(['handoff to queue'])
    expect(await chain(second, 'menu', '2')).toEqual(['handoff to queue'])
    expect(await chain(second, 'menu', 'my refund')).toEqual(['handoff to queue'])
  })

  it('begins where it welcomes, whenever something was chosen that led there', async () => {
    expect(await chain(greeting, 'menu', '1')).toEqual(['The second flow.', 'Which tea? [Green]'])
  })

  it('takes no answer to a form of the other one for a question', async () => {
    expect(await chain(second, 'return', '123456')).toEqual(['handoff to queue'])
    const given: ContactBody = { kind: 'answer', of: 2, values: { order: '123456' } }
    expect(await chain(second, 'return', given)).toEqual(['handoff to queue'])
  })

  it('goes on by a button of its own that the other one could not read', async () => {
    const back: Backend = {
      name: 'back',
      handle: async ({ entry: { body } }) =>
        body.kind === 'message'
          ? { kind: 'handoff', to: { kind: 'bot', id: 'second' }, reason: 'not mine' }
          : undefined,
    }
    const leading: FlowOptions = {
      ...greeting,
      rules: [...(second.rules ?? []), { any: ['tea'], next: 'away' }],
      steps: { ...greeting.steps, away: { kind: 'handoff', to: { bot: 'back' } } },
    }
    const backends = [createFlowBackend('second', leading), back]
    const log = await logOf({
      routing: ['second', 'back', 'desk'],
      backends,
      said: ['hello', 'tea', presses(3, 'main:green')],
    })
    expect(log.map(brief).at(-1)).toBe('Refunds take a day.')
  })
})

describe('two bots that give each other the floor', () => {
  it('end at people, who are told what was said and collected', async () => {
    const pong: Backend = {
      name: 'pong',
      handle: async ({ entry }) =>
        entry.body.kind === 'handoff'
          ? { kind: 'handoff', to: { kind: 'bot', id: 'ping' }, reason: 'not mine' }
          : undefined,
    }
    const ping = createFlowBackend('ping', {
      rules: [{ pattern: '{digits:6}', as: 'order', next: 'noted' }],
      steps: { noted: { kind: 'say', text: 'Noted {{order}}.' } },
    })
    const said = ['my order is 123456', 'do you ship to Mars?']
    const log = await logOf({ routing: ['ping', 'pong', 'desk'], backends: [ping, pong], said })
    const last = log.findLast(({ body }) => body.kind === 'handoff')?.body
    expect(last).toMatchObject({
      floor: { holder: { kind: 'queue' } },
      reason: 'ping and others gave each other the floor',
    })
    const summary = last?.kind === 'handoff' ? last.summary : undefined
    expect(summary).toMatch(/^order: 123456\n/)
    expect(summary).toContain('› do you ship to Mars?')
  })
})
