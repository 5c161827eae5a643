import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
import { backendCommands } from './cli-backend.ts'
import type { Stage } from './conformance/stage.ts'
import { pull } from './conformance/test-pull-end.ts'
import { socket } from './conformance/test-socket-end.ts'
import { careful, careless, openWebhook, type TestWebhook } from './conformance/test-webhooks.ts'
import type { End } from './conformance/wire-bench.ts'

const CLI = join(import.meta.dirname, 'cli.ts')
const SECRET = `whsec_${randomBytes(32).toString('base64')}`
const TOKEN = 'a-token-that-is-only-used-in-tests'

let webhook: TestWebhook | undefined
let end: End | undefined
afterEach(async () => {
  await webhook?.close()
  await end?.close()
  webhook = end = undefined
})

/** The command in this process; `heard` gets each line as it is said. */
async function hutong(
  args: string[],
  { env = {}, heard = () => {} }: { env?: NodeJS.ProcessEnv; heard?(line: string): void } = {},
) {
  const [out, err]: string[][] = [[], []]
  const say = (line: string) => {
    out?.push(line)
    heard(line)
  }
  const commands = backendCommands({ say, complain: (line) => void err?.push(line), env })
  const code = await commands['backend test']?.([], args)
  return { out: out?.join('\n') ?? '', err: err?.join('\n') ?? '', code }
}

describe('hutong backend test', { timeout: 120_000 }, () => {
  it('passes a webhook that keeps the contract, line by line, and shows no secret', async () => {
    webhook = await openWebhook(careful(SECRET))
    const { out, code } = await hutong([webhook.url, '--secret', SECRET, '--ask', 'Where is my parcel?'])
    expect(out.split('\n').filter((line) => line.startsWith('FAIL'))).toEqual([])
    expect(code).toBe(0)
    expect(out).toMatch(/^ok {3}refuses an event without a signature$/m)
    expect(out).toMatch(/^ok {3}takes a picture$/m)
    expect(out).toMatch(/\n(\d+) of \1 hold\n\d+ requests: median \d+ ms, longest \d+ ms\n\d+ answers: median/)
    expect(out).not.toContain(SECRET.slice(6))
    expect(out).not.toContain('not-for-eyes')
  })

  it('fails a webhook that believes everybody, answers nonsense and says things twice, with the sentence of each', async () => {
    webhook = await openWebhook(careless())
    const flags = ['--secret', SECRET, '--answer-within', '3000', '--json']
    const { out, code } = await hutong([webhook.url, ...flags])
    expect(code).toBe(1)
    const { cases, failed } = JSON.parse(out) as {
      cases: { title: string; contract: string; complaint?: string }[]
      failed: number
    }
    const broken = new Map(cases.flatMap(({ title, complaint }) => (complaint ? [[title, complaint] as const] : [])))
    expect(broken.size).toBe(failed)
    expect(broken.get('refuses an event without a signature')).toBe('it answered 200, and should have refused with 4xx')
    expect(broken.get('refuses an event that was signed ten minutes ago')).toContain('it answered 200')
    expect(broken.get('takes an event of an unknown type')).toContain('it answered 500')
    expect(broken.get('answers the same webhook-id with the same actions')).toContain(
      'the actions of the second answer',
    )
    expect(broken.get('takes a picture')).toContain('the relay had to pass the conversation on')
    expect(broken.get('answers a question once though its receipt was lost and the event came again')).toContain(
      'what it did when the event came twice',
    )
    expect(broken.get('does not remember in one conversation what was said in another')).toContain('KRAKATAU77')
    expect(cases.find(({ title }) => title === 'refuses an event without a signature')?.contract).toContain(
      'A webhook acts on nothing whose signature',
    )
    expect(broken.has('takes a greeting')).toBe(false)
    expect(out).not.toContain(SECRET.slice(6))
  })

  it('tells a webhook that nobody can reach at once, and why', async () => {
    webhook = await openWebhook(careful(SECRET))
    const { url } = webhook
    await webhook.close()
    webhook = undefined
    const started = performance.now()
    const { out, code } = await hutong([url, '--secret', SECRET])
    expect(code).toBe(1)
    expect(out).toMatch(
      /FAIL answers, or passes on, a first question\n.*ECONNREFUSED.*is your program running, on this port\?/,
    )
    expect(out).toMatch(/the contract: {2}Every event that a backend has to answer/)
    expect(performance.now() - started).toBeLessThan(10_000)
  })

  it('asks at once whether the program has the same secret, when it lets nobody in', async () => {
    webhook = await openWebhook(() => ({ status: 401 }))
    const started = performance.now()
    const { out, code } = await hutong([webhook.url, '--secret', SECRET])
    expect(code).toBe(1)
    expect(out).toMatch(/what is wrong: the webhook answered 401: does your program have the same secret/)
    expect(performance.now() - started).toBeLessThan(10_000)
  })

  it('asks a webhook whose answers are all refused 20 times at most', async () => {
    let requests = 0
    webhook = await openWebhook(() => {
      requests++
      return { status: 200, json: { actions: [{ kind: 'dance' }] } }
    })
    const { out, code } = await hutong([webhook.url, '--secret', SECRET])
    expect(code).toBe(1)
    expect(out).toMatch(/FAIL answers, or passes on, a first question\n.*actions\.0\.kind/)
    expect(out).toMatch(/\n0 of 1 hold/)
    expect(requests).toBeGreaterThan(0)
    expect(requests).toBeLessThanOrEqual(20)
  })

  it.each(['refuses a signed body of 0 bytes', 'takes a greeting'])(
    'stops when the program ends in the middle, and says after what: "%s"',
    async (title) => {
      webhook = await openWebhook(careful(SECRET))
      const { url, close } = webhook
      webhook = undefined
      let closed = Promise.resolve()
      const heard = (line: string) => {
        if (line === `ok   ${title}`) closed = close()
      }
      const started = performance.now()
      const { out, code } = await hutong([url, '--secret', SECRET, '--ask', 'Where is my parcel?'], { heard })
      await closed
      expect(code).toBe(1)
      expect(out).toMatch(/FAIL is there to the end\n.*your program has ended \(after ".+"\)/)
      expect(performance.now() - started).toBeLessThan(14_000)
    },
  )

  it.each([
    ['--pull', pull],
    ['--socket', socket],
  ])('holds a program that comes by itself with %s', async (flag, wire) => {
    const { out, code } = await hutong([flag, '--ask', 'hello', '--answer-within', '5000'], {
      env: { RELAY_TOKEN: TOKEN },
      heard(line) {
        const [, url] = /^relay +(\S+)/.exec(line) ?? []
        if (url === undefined) return
        Promise.resolve(wire().open({ url, token: TOKEN } as Stage)).then(
          (opened) => {
            end = opened
          },
          (error: unknown) => expect(error).toBeUndefined(),
        )
      },
    })
    expect(out.split('\n').filter((line) => line.startsWith('FAIL'))).toEqual([])
    expect(code).toBe(0)
    expect(out).not.toContain(TOKEN)
  })

  it.each([
    [[], 'give one of: the URL of a webhook, --pull, --socket'],
    [['http://127.0.0.1:1/', '--pull'], 'give one of'],
    [['http://127.0.0.1:1/'], '--secret: is needed, or WEBHOOK_SECRET in the environment'],
    [['http://127.0.0.1:1/', '--secret', 'hunter2'], '--secret must begin with whsec_'],
    [['gopher://x', '--secret', SECRET], 'the URL must be an http(s) URL'],
    [['--pull', '--answer-within', 'soon'], '--answer-within: must be a whole number from 1000 to 600000'],
    [['--pull', '--colour'], '--colour: is no flag of this command; there are --secret, '],
    [['--pull', '--aks', 'hello'], '--aks: is no flag of this command; did you mean "--ask"?'],
    [['--pull', '--ask'], '--ask: needs a value'],
  ])('refuses what it cannot do, with the flag to put right: %#', async (args, sentence) => {
    const { out, err, code } = await hutong(args)
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(sentence)
    expect(err).not.toContain('hunter2')
  })

  it('is a command of hutong, named in its help', async () => {
    const run = async (...args: string[]) => {
      const child = spawn(process.execPath, [CLI, ...args])
      const [out, err, code] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        new Promise((resolve) => child.once('exit', resolve)),
      ])
      return { out, err, code }
    }
    expect((await run('--help')).out).toContain('hutong backend test <url>')
    expect(await run('backend', 'test')).toMatchObject({ code: 2, err: expect.stringContaining('give one of') })
  })
})
