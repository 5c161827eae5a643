import { HutongError } from '@hutong/core/errors'
import { describe, expect, test } from 'vitest'
import { OPEN_KFID, standKf } from './test-kf-bench.ts'
import { openIdle, talk } from './test-kf-talk.ts'

const LEASE_MS = 31_000
const NAMES = Array.from({ length: 9 }, (_, index) => `message ${index}`)

describe('reading an account', () => {
  test('loses nothing and repeats nothing when it is killed in the middle of a page', async () => {
    const stand = await standKf()
    const { fake, host } = stand
    fake.kf.callback(undefined)
    for (const text of NAMES) void stand.customer('lin').say(text)
    await expect.poll(() => fake.kf.log(OPEN_KFID).entries.length).toBe(NAMES.length + 1)
    fake.kf.log(OPEN_KFID).mostPerPage(4)
    const { receive } = host
    const handed: string[] = []
    // The process is dead from its sixth message on: nothing it does resolves or is kept any more.
    host.receive = (arrival) => {
      handed.push(arrival.native ?? '')
      return handed.length > 5 ? new Promise(() => undefined) : receive(arrival)
    }
    const killed = stand.adapter()
    await killed.open(host)
    await expect.poll(() => handed.length).toBe(6)
    host.receive = receive
    stand.advance(LEASE_MS)
    const next = stand.adapter()
    await next.open(host)
    await expect.poll(() => host.arrivals.length).toBe(NAMES.length)
    expect(host.arrivals.map(({ native }) => native)).toEqual([...new Set(host.arrivals.map(({ native }) => native))])
    const said = host.entries(stand.address('lin')).map(({ body }) => body.kind === 'message' && body.parts[0])
    expect(said).toMatchObject(NAMES.map((text) => ({ kind: 'text', text })))
    await next.close()
    await stand.close()
  })

  test('goes on over pages without messages that say there are more', async () => {
    const { fake, lin, kept, until } = await talk()
    fake.kf.log(OPEN_KFID).emptyPages(3)
    await lin.say('after empty pages')
    await until(() => kept(), ['after empty pages'])
  })

  test('keeps its place when an answer does not say where to go on, with messages or without', async () => {
    const { fake, host, lin, kept, until } = await talk()
    await lin.say('one')
    const place = await host.state.get(`cursor:${OPEN_KFID}`)
    expect(place).toEqual(expect.stringMatching(/./))
    fake.kf.log(OPEN_KFID).withoutCursor(2)
    await lin.say('two')
    await until(() => kept(), ['one', 'two'])
    expect(await host.state.get(`cursor:${OPEN_KFID}`)).toBe(place)
    fake.kf.log(OPEN_KFID).emptyPages(1)
    await lin.enter()
    expect(await host.state.get(`cursor:${OPEN_KFID}`)).toBe(place)
    await lin.say('three')
    await until(() => kept(), ['one', 'two', 'three'])
    expect(await host.state.get(`cursor:${OPEN_KFID}`)).not.toBe(place)
  })

  test('writes the place it has reached in the transaction of the last message of a page', async () => {
    const { fake, host, lin } = await talk()
    fake.kf.log(OPEN_KFID).mostPerPage(1)
    const before = await host.state.get(`cursor:${OPEN_KFID}`)
    const { receive } = host
    const states: unknown[] = []
    host.receive = async (arrival) => {
      states.push(arrival.state)
      return receive(arrival)
    }
    await lin.say('one')
    expect(states).toEqual([{ key: `cursor:${OPEN_KFID}`, value: expect.any(String) }])
    expect(await host.state.get(`cursor:${OPEN_KFID}`)).not.toBe(before)
  })

  test('finds by itself what no callback told', async () => {
    const stand = await standKf()
    stand.fake.kf.callback(undefined)
    const kf = stand.adapter({ pollMs: 50 })
    await openIdle(kf, stand)
    void stand.customer('lin').say('nobody told you')
    await expect.poll(() => stand.host.arrivals.length).toBe(1)
    await kf.close()
    await stand.close()
  })

  test('is done by one node while the others stay out', async () => {
    const stand = await standKf()
    const { fake, host } = stand
    const [one, other] = [stand.adapter(), stand.adapter()]
    await openIdle(one, stand)
    const release = host.hold()
    const saying = stand.customer('lin').say('once')
    const syncs = () => fake.calls.filter(({ path }) => path === '/cgi-bin/kf/sync_msg').length
    await expect.poll(() => syncs()).toBeGreaterThan(1)
    const before = syncs()
    await other.open(host)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(syncs()).toBe(before)
    release()
    await saying
    await expect.poll(() => syncs()).toBeGreaterThan(before)
    expect(host.arrivals).toHaveLength(1)
    await Promise.all([one.close(), other.close()])
    await stand.close()
  })

  test('takes a callback in three times as one', async () => {
    const { fake, lin, kept, until } = await talk()
    await lin.say('once')
    const push = fake.kf.pushes.at(-1)
    for (let time = 0; time < 3; time += 1) if (push) await fake.kf.deliver(push, 1)
    await Promise.all([1, 2, 3].map(() => push && fake.kf.deliver(push, 1)))
    await until(() => kept(), ['once'])
  })

  test('goes on when the token of a callback is over', async () => {
    const { fake, lin, kept, until } = await talk()
    fake.faults.next('/cgi-bin/kf/sync_msg', { errcode: 95007 })
    await lin.say('still there')
    await until(() => kept(), ['still there'])
  })

  test('reads in smaller pages when one cannot be read', async () => {
    const { fake, lin, until } = await talk()
    await lin.enter()
    const limits = () => fake.calls.flatMap(({ json }) => (isSync(json) ? [json.limit] : []))
    const before = limits().length
    fake.faults.next('/cgi-bin/kf/sync_msg', 'nonsense', 2)
    for (const [index, text] of ['one', 'two', 'three'].entries()) {
      void lin.say(text)
      await until(() => limits().length, before + index + 1)
    }
    expect(limits().slice(before)).toEqual([100, 25, 6])
  })

  test('says what keeps it from working, and that it works again', async () => {
    const { fake, host, lin, until } = await talk()
    fake.faults.next('/cgi-bin/kf/sync_msg', { errcode: 48002 }, Infinity)
    void lin.say('hello')
    await until(() => host.problem?.code, 'misconfigured')
    fake.faults.clear()
    void lin.say('again')
    await until(() => host.problem, undefined)
  })

  test('refuses to open for an account that the app may not call for', async () => {
    const stand = await standKf()
    const kf = stand.adapter({ openKfIds: ['wkNotOurs0001'] })
    await expect(kf.open(stand.host)).rejects.toMatchObject({ code: 'misconfigured', field: 'openKfIds' })
    await expect(stand.adapter({ secret: 'wrong' }).open(stand.host)).rejects.toMatchObject({ code: 'misconfigured' })
    await stand.close()
  })

  test('hands a message in without what the relay refuses of it, so that those after it are not held up', async () => {
    const { host, lin, until } = await talk()
    const { receive } = host
    host.receive = async (arrival) => {
      if (JSON.stringify(arrival.body).includes('poison')) throw new HutongError('invalid', 'no')
      return receive(arrival)
    }
    await lin.say('poison')
    await lin.say('fine')
    const kinds = () =>
      host.arrivals.map(({ body }) => (body.kind === 'message' ? body.parts.map(({ kind }) => kind) : []))
    await until(kinds, [['unsupported'], ['text']])
  })
})

function isSync(json: unknown): json is { limit: number } {
  return typeof json === 'object' && json !== null && 'limit' in json && 'voice_format' in json
}
