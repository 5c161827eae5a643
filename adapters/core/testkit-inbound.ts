import { expect } from 'vitest'
import { HutongError } from './errors.ts'
import type { Pledge } from './testkit.ts'

const PDF = new TextEncoder().encode('%PDF-1.7 a small file')

/** From the platform to the log. */
export const inbound: readonly Pledge[] = [
  {
    title: 'hands over what a person wrote, under their address',
    async prove({ bench, lin, stored, until }) {
      expect(await lin.write({ id: 'one', text: 'hello' })).toBe(true)
      await until(() => stored(lin), ['hello'])
      expect(bench.host.arrivals.map(({ from }) => from.address)).toEqual([lin.address])
    },
  },
  {
    title: 'keeps texts as they were written',
    async prove({ lin, stored, until }) {
      const texts = [
        '0012',
        '您好，“世界”',
        '👨‍👩‍👧‍👦 ok',
        'مرحبا abc',
        '<b>&amp;</b> {"a":1} ]]>',
        'line\nline',
        '5 < 6 && 7 > 6',
      ]
      for (const [index, text] of texts.entries()) await lin.write({ id: `t${index}`, text })
      await until(() => stored(lin), texts)
    },
  },
  {
    title: 'keeps the order in which a person wrote',
    async prove({ lin, stored, until }) {
      const texts = Array.from({ length: 20 }, (_, index) => `message ${index}`)
      for (const text of texts) await lin.write({ id: text.replace(' ', '-'), text })
      await until(() => stored(lin), texts)
    },
  },
  {
    title: 'keeps two people apart who write at the same time',
    async prove({ lin, max, stored, until }) {
      await Promise.all([lin.write({ id: 'a', text: 'from lin' }), max.write({ id: 'b', text: 'from max' })])
      await until(() => [stored(lin), stored(max)], [['from lin'], ['from max']])
    },
  },
  {
    title: 'stores a message once that the platform repeats',
    async prove({ lin, stored, until, quiet }) {
      for (let time = 0; time < 3; time += 1) await lin.write({ id: 'same', text: 'once' })
      await until(() => stored(lin), ['once'])
      await quiet()
      expect(stored(lin)).toEqual(['once'])
    },
  },
  {
    title: 'stores a message once that the platform repeats three times at once',
    async prove({ lin, stored, until, quiet }) {
      await Promise.all([1, 2, 3].map(() => lin.write({ id: 'same', text: 'once' })))
      await until(() => stored(lin).length > 0, true)
      await quiet()
      expect(stored(lin)).toEqual(['once'])
    },
  },
  {
    title: 'stores the same words twice when they were written twice',
    async prove({ lin, stored, until }) {
      await lin.write({ id: 'first', text: 'ok' })
      await lin.write({ id: 'second', text: 'ok' })
      await until(() => stored(lin), ['ok', 'ok'])
    },
  },
  {
    title: 'says that a message is safe only after it is stored',
    async prove({ bench, lin, stored, quiet }) {
      const release = bench.host.hold()
      let safe = false
      const writing = lin.write({ id: 'held', text: 'keep this' }).then((done) => {
        safe = done && stored(lin).length === 0
        return done
      })
      await quiet()
      expect(stored(lin)).toEqual([])
      release()
      await writing
      expect(safe).toBe(false)
    },
  },
  {
    title: 'does not say that a message is safe when the relay could not store it, and stores the repeat once',
    async prove({ bench, lin, stored, until }) {
      bench.host.failNext(new HutongError('unavailable', 'the relay is starting'))
      expect(await lin.write({ id: 'again', text: 'try again' })).toBe(false)
      expect(await lin.write({ id: 'again', text: 'try again' })).toBe(true)
      await until(() => stored(lin), ['try again'])
    },
  },
  {
    title: 'gives a repeated message the same key',
    async prove({ bench, lin, meet }) {
      const seen: string[] = []
      const { receive } = bench.host
      bench.host.receive = async (arrival) => {
        seen.push(arrival.key)
        return receive(arrival)
      }
      await meet(lin)
      seen.length = 0
      await lin.write({ id: 'same', text: 'once' })
      await lin.write({ id: 'same', text: 'once' })
      expect(new Set(seen).size).toBe(1)
    },
  },
  {
    title: 'keeps the untouched payload beside the message',
    concerns: ({ readsLog }) => !readsLog,
    async prove({ bench, lin, meet }) {
      await meet(lin)
      expect(bench.host.arrivals[0]?.raw).toEqual(expect.stringMatching(/\S/))
    },
  },
  {
    title: 'says when a message was written in milliseconds, or leaves it to the relay',
    async prove({ bench, lin, meet }) {
      await meet(lin)
      const { at = bench.host.clock.now() } = bench.host.arrivals[0] ?? {}
      expect(Math.abs(at - bench.host.clock.now())).toBeLessThan(86_400_000)
    },
  },
  {
    title: 'shows a kind it does not know as unsupported, with words a person can read',
    async prove({ bench, lin, until }) {
      await lin.write({ id: 'odd', strange: true })
      await until(() => bench.host.arrivals.length, 1)
      const { body } = bench.host.arrivals[0] ?? {}
      const parts = body?.kind === 'message' ? body.parts : []
      expect(parts).toEqual([expect.objectContaining({ kind: 'unsupported', text: expect.stringMatching(/\S/) })])
    },
  },
  {
    title: 'stores a file that a person sends in the file storage, whole',
    concerns: ({ parts }) => parts.includes('file'),
    async prove({ bench, lin, meet, until }) {
      await meet(lin)
      await lin.write({ id: 'bill', file: { name: 'bill.pdf', type: 'application/pdf', bytes: PDF } })
      await until(() => bench.host.arrivals.length, 2)
      const { body } = bench.host.arrivals[1] ?? {}
      const part = body?.kind === 'message' ? body.parts.find((one) => one.kind === 'file') : undefined
      const kept = await bench.host.files.get(part?.kind === 'file' ? (part.file ?? '') : '')
      expect(kept && new Uint8Array(await new Response(kept.content).arrayBuffer())).toEqual(PDF)
    },
  },
  {
    title: 'refuses what does not come from the platform',
    async prove({ bench, quiet }) {
      await bench.forge()
      await quiet()
      expect(bench.host.arrivals).toEqual([])
    },
  },
  {
    title: 'survives bytes it cannot read, and goes on',
    async prove({ bench, lin, stored, until }) {
      await bench.garble()
      await lin.write({ id: 'after', text: 'still there?' })
      await until(() => stored(lin), ['still there?'])
    },
  },
  {
    title: 'passes on that a person is typing, and writes nothing of it down',
    concerns: ({ typing }) => typing,
    async prove({ bench, lin, meet, stored, until }) {
      await meet(lin)
      lin.type(true)
      const heard = () =>
        bench.host.signals.some(({ address, signal }) => address === lin.address && signal.kind === 'typing')
      await until(heard, true)
      expect(stored(lin)).toHaveLength(1)
    },
  },
  {
    title: 'takes back what a person took back, and nothing else',
    concerns: ({ recall, readsLog }) => recall && !readsLog,
    async prove({ bench, lin, until }) {
      await lin.write({ id: 'stays', text: 'this stays' })
      await lin.write({ id: 'goes', text: 'this goes' })
      await lin.takeBack?.('goes')
      const kinds = () => bench.host.entries(lin.address, lin.site).map(({ body }) => body.kind)
      await until(kinds, ['message', 'message', 'recall'])
      expect(bench.host.entries(lin.address, lin.site).at(-1)?.body).toMatchObject({ of: 2 })
    },
  },
  {
    title: 'names the option a person picked',
    concerns: ({ parts }) => parts.includes('choices'),
    async prove({ bench, lin, tell, until }) {
      const options = [
        { id: 'small', label: 'Small' },
        { id: 'large', label: 'Large' },
      ]
      await tell(lin, [{ kind: 'choices', text: 'Which?', options }])
      await until(async () => (await lin.sees()).length, 1)
      await lin.pick('large')
      await until(() => {
        const { body } = bench.host.arrivals.at(-1) ?? {}
        return body?.kind === 'message' ? body.choice?.id : undefined
      }, 'large')
    },
  },
]
