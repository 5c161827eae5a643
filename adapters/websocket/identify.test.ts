import { setTimeout } from 'node:timers/promises'
import type { Ready } from '@hutong/core/wire'
import { SignJWT } from 'jose'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Bench, type Client, openBench, SHOP, said, until } from './test-bench.ts'

const secret = 'the shared secret of the shop, long enough'
const sites = [{ ...SHOP, jwtKeys: [{ kid: 'k', alg: 'HS256' as const, secret }] }]
const AGENT = { kind: 'agent' as const, id: 'a_anna' }

let bench: Bench
beforeEach(async () => {
  bench = await openBench({ sites })
})
afterEach(() => bench.close())

function sign(sub: string, profile: object = {}): Promise<string> {
  return new SignJWT({ ...profile })
    .setProtectedHeader({ alg: 'HS256', kid: 'k' })
    .setAudience('shop')
    .setSubject(sub)
    .setExpirationTime('5m')
    .sign(new TextEncoder().encode(secret))
}

/** A signed visitor with one message in the log. */
async function regular(sub: string): Promise<string> {
  const visitor = bench.client({ jwt: await sign(sub) })
  await visitor.ready()
  await visitor.say(`SECRET of ${sub}`)
  visitor.socket.close()
  return bench.host.entries(`jwt:${sub}`, SHOP.id)[0]?.conversation ?? ''
}

/** Makes each look for this visitor's thread take that many milliseconds. */
function slowDown(sub: string, ms: number): void {
  const { find } = bench.host.log
  bench.host.log.find = async (site, address) => {
    if (address === `jwt:${sub}`) await setTimeout(ms)
    return find(site, address)
  }
}

const heard = ({ packets }: Client) => packets.flatMap(({ entries }) => entries)
const presences = () => bench.host.signals.flatMap(({ signal }) => (signal.kind === 'presence' ? [signal.online] : []))

describe('a socket that turns into several people', () => {
  it('ends as the one named last and gives nobody the log of another', async () => {
    const lins = await regular('lin')
    await regular('bob')
    slowDown('bob', 40)
    const visitor = bench.client()
    await visitor.ready()
    const [bob, lin, none] = await Promise.all([
      visitor.ask<Ready>('identify', { jwt: await sign('bob', { email: 'bob@example.com' }) }),
      visitor.ask<Ready>('identify', { jwt: await sign('lin') }),
      visitor.ask<Ready>('identify', { jwt: await sign('newcomer') }),
    ])
    expect([lin.conversation, none.conversation]).toEqual([lins, undefined])
    expect(bob.contact).toMatchObject({ email: 'bob@example.com' })
    expect(lin.contact).not.toHaveProperty('email')
    await visitor.say('first words')
    const own = () => bench.host.entries('jwt:newcomer', SHOP.id)
    await until(() => visitor.packets.some(({ conversation }) => conversation === own()[0]?.conversation))
    expect(own().map(({ body }) => body)).toEqual([said('first words')])
    const fresh = bench.client({ jwt: await sign('newcomer') })
    expect((await fresh.ready()).conversation).toBe(own()[0]?.conversation)
    await until(() => fresh.packets.length)
    expect(JSON.stringify(fresh.packets)).not.toContain('SECRET')
  })

  it.each(['lin', 'newcomer'])('hears nothing more of the conversation it left, as %s', async (sub) => {
    await regular('lin')
    const visitor = bench.client()
    await visitor.ready()
    await visitor.say('anonymous')
    await until(() => visitor.packets.length)
    const left = visitor.packets[0]?.conversation ?? ''
    await visitor.ask('identify', { jwt: await sign(sub) })
    await setTimeout(20)
    await bench.host.commit(left, AGENT, said('SECRET for who was here before'))
    bench.host.pass(left, { kind: 'typing', from: AGENT, on: true })
    await setTimeout(30)
    expect(JSON.stringify(heard(visitor))).not.toContain('who was here before')
    expect(visitor.signals).toEqual([])
  })

  it('is known by its new name also where its last anonymous words are still under way', async () => {
    const visitor = bench.client()
    await visitor.ready()
    const release = bench.host.hold()
    const anonymous = visitor.say('anonymous')
    await visitor.ask('identify', { jwt: await sign('lin', { name: 'Lin' }) })
    release()
    await anonymous
    await visitor.say('signed')
    expect(bench.host.arrivals.map(({ from }) => from.profile?.name)).toEqual([undefined, 'Lin'])
  })

  it('sends what was written meanwhile as the person it has become', async () => {
    await regular('lin')
    slowDown('lin', 30)
    const visitor = bench.client()
    await visitor.ready()
    const asked = visitor.ask('identify', { jwt: await sign('lin') })
    await Promise.all([asked, visitor.say('one'), visitor.say('two')])
    expect(bench.host.entries('jwt:lin', SHOP.id).map(({ body }) => body)).toEqual([
      said('SECRET of lin'),
      said('one'),
      said('two'),
    ])
  })

  it('is told each entry once and leaves once, however often it names the same person', async () => {
    const conversation = await regular('lin')
    await until(() => presences().at(-1) === false)
    const before = presences().length
    const other = bench.client({ jwt: await sign('lin') })
    await other.ready()
    const visitor = bench.client()
    await visitor.ready()
    const jwt = await sign('lin')
    await Promise.all(Array.from({ length: 100 }, () => visitor.ask('identify', { jwt })))
    await setTimeout(30)
    await bench.host.commit(conversation, AGENT, said('once'))
    await until(() => visitor.seqs().includes(2))
    await setTimeout(30)
    expect(visitor.seqs().filter((seq) => seq === 2)).toHaveLength(1)
    for (const { socket } of [other, visitor]) socket.close()
    await until(() => presences().length === before + 2)
    expect(presences().slice(before)).toEqual([true, false])
  })
})

describe('the order of one socket', () => {
  it('is kept where a message with a file or a reference needs longer than the words after it', async () => {
    const { receive } = bench.host
    bench.host.receive = async (arrival) => {
      const { body } = arrival
      const plain =
        body.kind === 'message' && body.replyTo === undefined && body.parts.every((part) => !('file' in part))
      if (!plain) await setTimeout(20)
      return receive(arrival)
    }
    const visitor = bench.client()
    await visitor.ready()
    await visitor.say('before')
    const send = (key: string, body: object) => visitor.ask<{ seq: number }>('send', { key, body })
    const answers = await Promise.all([
      send('picture', { kind: 'message', parts: [{ kind: 'image', file: 'f_1' }] }),
      visitor.say('after the picture'),
      send('reply', { ...said('to that'), replyTo: 1 }),
      visitor.say('after the reply'),
    ])
    expect(answers.map(({ seq }) => seq)).toEqual([2, 3, 4, 5])
  })
})
