import { HutongError } from '@hutong/core/errors'
import { signal } from '@preact/signals'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ANA, createPretendRelay, type PretendRelay } from '../pretend-relay.ts'
import { commandsOf } from './commands.ts'
import { createPreferences } from './preferences.ts'
import { rowsOf } from './rows.ts'
import { createWorkspace, type Workspace } from './workspace.ts'

let desk: Workspace | undefined

afterEach(() => {
  desk?.close()
  sessionStorage.clear()
  localStorage.clear()
})

function open(relay: PretendRelay): Workspace {
  const conversation = signal<string | undefined>()
  const go = (id: string | undefined) => {
    conversation.value = id
  }
  desk = createWorkspace({
    api: relay.api,
    me: ANA,
    preferences: createPreferences(localStorage, ['en']),
    place: { conversation, go, close() {} },
    storage: sessionStorage,
    openSocket: () => relay.socket.asSocket,
    ended() {},
  })
  relay.connect()
  return desk
}

async function opened(relay: PretendRelay, id: string): Promise<Workspace> {
  const desk = open(relay)
  await vi.waitFor(() => expect(desk.inbox.state.value).toBe('ready'))
  desk.open(id)
  await vi.waitFor(() => expect(desk.thread.value?.state.value).toBe('ready'))
  return desk
}

function shown({ thread, outbox, me }: Workspace): string[] {
  const rows = rowsOf(thread.value?.entries.value ?? [], outbox.pending.value, { ...me, kind: 'agent' })
  return rows.flatMap((row) => {
    if (row.kind === 'note') return [`note: ${row.text}`]
    const [part] = row.kind === 'message' ? row.parts : []
    return part?.kind === 'text' ? [part.text] : []
  })
}

function write(desk: Workspace, text: string) {
  const id = desk.thread.value?.id ?? ''
  desk.drafts.sheet(id)
  desk.drafts.write(id, text)
  desk.send()
}

describe('the list', () => {
  it('shows a new customer the moment the first message is stored', async () => {
    const relay = createPretendRelay()
    const desk = open(relay)
    await vi.waitFor(() => expect(desk.inbox.state.value).toBe('ready'))
    relay.contact('v1', 'Zoe')
    relay.says('v1', 'hello')
    await vi.waitFor(() => expect(desk.inbox.counts.value).toMatchObject({ waiting: 1, all: 1 }))
    expect(desk.inbox.shown.value[0]).toMatchObject({ contact: { name: 'Zoe' }, unread: 1 })
  })

  it('moves a conversation to whoever has taken it over', async () => {
    const relay = createPretendRelay()
    relay.contact('v1', 'Zoe')
    relay.says('v1', 'hello')
    const desk = await opened(relay, 'v1')
    await desk.actions.takeOver('v1')
    expect(desk.inbox.counts.value).toMatchObject({ mine: 1, waiting: 0 })
    const floor = { holder: { kind: 'agent' as const, id: 'a_wei' }, term: 9 }
    relay.append('v1', { from: { kind: 'agent', id: 'a_wei' }, body: { kind: 'handoff', floor } })
    expect(desk.inbox.counts.value).toMatchObject({ mine: 0, all: 1 })
  })

  it('lists a new customer although the relay was busy when it was asked who that is', async () => {
    const relay = createPretendRelay()
    relay.contact('v1', 'Zoe')
    relay.says('v1', 'hello')
    const desk = await opened(relay, 'v1')
    relay.fail(new HutongError('unavailable', 'busy'))
    relay.contact('v2', 'Yan')
    relay.says('v2', 'hello')
    await vi.waitFor(() => expect(desk.inbox.item('v2')?.contact.name).toBe('Yan'), 3_000)
  })

  it('finds a customer by name', async () => {
    const relay = createPretendRelay()
    for (const [id, name] of [
      ['v1', 'Zoe'],
      ['v2', 'Max'],
    ] as const) {
      relay.contact(id, name)
      relay.says(id, 'hello')
    }
    const desk = open(relay)
    await desk.inbox.find('max')
    expect(desk.inbox.shown.value.map((one) => one.contact.name)).toEqual(['Max'])
  })

  it('opens on those who wait when somebody does, and on what was chosen from then on', async () => {
    const relay = createPretendRelay()
    relay.contact('v1', 'Zoe')
    relay.says('v1', 'hello')
    relay.contact('v2', 'Max')
    relay.says('v2', 'hello')
    const first = open(relay)
    await vi.waitFor(() => expect(first.inbox.state.value).toBe('ready'))
    expect(first.inbox.filter.value).toBe('waiting')
    expect(first.inbox.shown.value.map((one) => one.contact.name)).toEqual(['Zoe', 'Max'])
    first.inbox.choose('all')
    first.close()
    const again = open(relay)
    await vi.waitFor(() => expect(again.inbox.state.value).toBe('ready'))
    expect(again.inbox.filter.value).toBe('all')
  })

  it('opens on everything when nobody waits', async () => {
    const desk = open(createPretendRelay())
    await vi.waitFor(() => expect(desk.inbox.state.value).toBe('ready'))
    expect(desk.inbox.filter.value).toBe('all')
  })

  it('does not count what bots say, and who has the conversation, as unread', async () => {
    const relay = createPretendRelay()
    relay.contact('v1', 'Zoe')
    const desk = open(relay)
    await vi.waitFor(() => expect(desk.inbox.state.value).toBe('ready'))
    relay.says('v1', 'hello')
    const from = { kind: 'bot' as const, id: 'keyword' }
    relay.append('v1', { from, body: { kind: 'message', parts: [{ kind: 'text', text: 'hi', format: 'plain' }] } })
    relay.append('v1', { from, body: { kind: 'handoff', floor: { holder: { kind: 'queue' }, term: 2 } } })
    expect(desk.inbox.item('v1')).toMatchObject({ unread: 1, conversation: { last: 3 } })
  })

  it('counts unread messages until the thread was looked at', async () => {
    const relay = createPretendRelay()
    relay.contact('v1', 'Zoe')
    const desk = open(relay)
    await vi.waitFor(() => expect(desk.inbox.state.value).toBe('ready'))
    relay.says('v1', 'one')
    relay.says('v1', 'two')
    expect(desk.inbox.item('v1')?.unread).toBe(2)
    desk.open('v1')
    await vi.waitFor(() => expect(desk.thread.value?.state.value).toBe('ready'))
    desk.seen()
    expect(desk.inbox.item('v1')?.unread).toBe(0)
    expect(relay.asked).toContainEqual({ name: 'cursor', packet: { conversation: 'v1', delivered: 2, read: 2 } })
  })
})

describe('the thread', () => {
  it('fetches what is missing before it shows what came after', async () => {
    const relay = createPretendRelay()
    relay.contact('v1', 'Zoe')
    relay.says('v1', 'one')
    const desk = await opened(relay, 'v1')
    relay.cut()
    relay.says('v1', 'two')
    relay.says('v1', 'three')
    relay.mend()
    await vi.waitFor(() => expect(shown(desk)).toEqual(['one', 'two', 'three']))
    expect(desk.thread.value?.entries.value.map((one) => one.seq)).toEqual([1, 2, 3])
  })

  it('brings older messages in above, without a hole', async () => {
    const relay = createPretendRelay()
    relay.contact('v1', 'Zoe')
    for (let count = 1; count <= 120; count += 1) relay.says('v1', `message ${count}`)
    const desk = await opened(relay, 'v1')
    expect(desk.thread.value?.older.value).toBe(true)
    await desk.thread.value?.loadOlder()
    await desk.thread.value?.loadOlder()
    expect(desk.thread.value?.older.value).toBe(false)
    expect(desk.thread.value?.entries.value.map((one) => one.seq)).toEqual(
      Array.from({ length: 120 }, (_, at) => at + 1),
    )
  })

  it('asks again who is there when it is opened again, and when the connection is back', async () => {
    const relay = createPretendRelay()
    for (const [id, name] of [
      ['v1', 'Zoe'],
      ['v2', 'Max'],
    ] as const) {
      relay.contact(id, name)
      relay.says(id, 'hello')
    }
    const desk = await opened(relay, 'v1')
    expect(desk.thread.value?.present.value).toBe(false)
    desk.open('v2')
    relay.setOnline('v1', true)
    desk.open('v1')
    await vi.waitFor(() => expect(desk.thread.value?.present.value).toBe(true))
    relay.cut()
    relay.setOnline('v1', false)
    relay.mend()
    await vi.waitFor(() => expect(desk.thread.value?.present.value).toBe(false))
  })

  it('can be given to the site’s bot whether or not a bot ever spoke in it', async () => {
    const relay = createPretendRelay()
    relay.contact('v1', 'Zoe')
    relay.says('v1', 'hello')
    const desk = await opened(relay, 'v1')
    await vi.waitFor(() => expect(commandsOf(desk).find((one) => one.id === 'toBot')?.label).toBe('Give to bot'))
    commandsOf(desk)
      .find((one) => one.id === 'toBot')
      ?.run()
    await vi.waitFor(() => expect(desk.item.value?.conversation.floor.holder).toEqual({ kind: 'bot', id: 'keyword' }))
    expect(commandsOf(desk).some((one) => one.id === 'toBot')).toBe(false)
  })

  it('shows what a customer is typing until the message comes', async () => {
    const relay = createPretendRelay()
    relay.contact('v1', 'Zoe')
    relay.says('v1', 'one')
    const desk = await opened(relay, 'v1')
    expect(relay.asked).toContainEqual({ name: 'watch', packet: { conversation: 'v1' } })
    const from = { kind: 'contact', id: 'c_v1' }
    relay.socket.push('signal', { conversation: 'v1', signal: { kind: 'typing', from, on: true, preview: 'my order' } })
    expect(desk.thread.value?.typing.value[0]?.preview).toBe('my order')
    relay.says('v1', 'my order is late')
    expect(desk.thread.value?.typing.value).toEqual([])
  })
})

describe('sending', () => {
  it('shows a reply at once and keeps it in one place when the log brings it', async () => {
    const relay = createPretendRelay()
    relay.contact('v1', 'Zoe')
    relay.says('v1', 'hello')
    const desk = await opened(relay, 'v1')
    write(desk, 'good morning')
    expect(shown(desk)).toEqual(['hello', 'good morning'])
    await vi.waitFor(() => expect(desk.outbox.pending.value).toEqual([]))
    expect(shown(desk)).toEqual(['hello', 'good morning'])
  })

  it('sends once, in order, what was written without a connection', async () => {
    const relay = createPretendRelay()
    relay.contact('v1', 'Zoe')
    relay.says('v1', 'hello')
    const desk = await opened(relay, 'v1')
    relay.cut()
    write(desk, 'first')
    write(desk, 'second')
    await vi.waitFor(() => expect(desk.outbox.pending.value[0]?.state).toBe('waiting'))
    expect(desk.outbox.unsaved.value).toBe(true)
    relay.mend()
    await vi.waitFor(() => expect(desk.outbox.pending.value).toEqual([]))
    expect(shown(desk)).toEqual(['hello', 'first', 'second'])
    expect(relay.log('v1')).toHaveLength(3)
  })

  it('keeps a refused message with its reason, to be tried again or thrown away', async () => {
    const relay = createPretendRelay()
    relay.contact('v1', 'Zoe')
    relay.says('v1', 'hello')
    const desk = await opened(relay, 'v1')
    relay.fail(new HutongError('rejected', 'too long for this channel'))
    write(desk, 'a reply')
    await vi.waitFor(() => expect(desk.outbox.pending.value[0]).toMatchObject({ state: 'failed' }))
    expect(desk.outbox.pending.value[0]?.error?.message).toBe('too long for this channel')
    desk.outbox.retry(desk.outbox.pending.value[0]?.key ?? '')
    await vi.waitFor(() => expect(relay.log('v1')).toHaveLength(2))
  })

  it('stays in notes after a note, so that the next line cannot reach the customer by mistake', async () => {
    const relay = createPretendRelay()
    relay.contact('v1', 'Zoe')
    relay.says('v1', 'hello')
    const desk = await opened(relay, 'v1')
    desk.drafts.sheet('v1')
    desk.drafts.setMode('v1', 'note')
    write(desk, 'difficult customer')
    write(desk, 'be kind')
    await vi.waitFor(() => expect(relay.log('v1')).toHaveLength(3))
    expect(relay.log('v1').map((one) => one.body.kind)).toEqual(['message', 'note', 'note'])
  })

  it('keeps a draft through a reload of the page', async () => {
    const relay = createPretendRelay()
    relay.contact('v1', 'Zoe')
    relay.says('v1', 'hello')
    const before = await opened(relay, 'v1')
    before.drafts.sheet('v1')
    before.drafts.write('v1', 'half a sent')
    before.close()
    expect(open(relay).drafts.sheet('v1').value.reply).toBe('half a sent')
  })
})

describe('closing', () => {
  it('asks for a rating, and can be taken back', async () => {
    const relay = createPretendRelay()
    relay.contact('v1', 'Zoe')
    relay.says('v1', 'thanks')
    const desk = await opened(relay, 'v1')
    await desk.actions.close('v1', { ask: true })
    expect(relay.log('v1').map((one) => one.body)).toMatchObject([
      { kind: 'message' },
      { kind: 'message', parts: [{ kind: 'rating' }] },
      { kind: 'status', status: 'closed' },
    ])
    expect(desk.inbox.counts.value).toMatchObject({ all: 0, closed: 1 })
    desk.notices.shown.value.at(-1)?.undo?.()
    await vi.waitFor(() => expect(desk.inbox.counts.value).toMatchObject({ all: 1, closed: 0 }))
  })

  it('says so when a colleague was faster', async () => {
    const relay = createPretendRelay()
    relay.contact('v1', 'Zoe')
    relay.says('v1', 'hello')
    const desk = await opened(relay, 'v1')
    relay.fail(new HutongError('stale_floor', 'the floor is at term 7'))
    await desk.actions.takeOver('v1')
    expect(desk.notices.shown.value.at(-1)).toMatchObject({ tone: 'bad', text: desk.preferences.words.value.tooLate })
  })
})
