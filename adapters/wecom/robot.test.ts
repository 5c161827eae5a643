import { HutongError } from '@hutong/core/errors'
import { createMemoryHost, type MemoryHost } from '@hutong/core/memory'
import { afterEach, describe, expect, test } from 'vitest'
import { createFakeWeCom, type FakeWeCom } from './fake/fake-wecom.ts'
import { createGroupRobot, type GroupRobot, type GroupRobotOptions } from './robot.ts'
import { joined, LONGEST, piecesOf } from './robot-words.ts'

const SECRETS = { secret: 'secret', token: 'token', encodingAesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG' }
const KEY = '693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa'
const SEND = '/cgi-bin/webhook/send'

interface Group {
  readonly fake: FakeWeCom
  readonly robot: GroupRobot
  readonly host: MemoryHost
  another(options: { key: string; shared?: MemoryHost } | { url: string }): GroupRobot
  sees(): string[]
  advance(ms: number): void
}

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

/** A robot whose pauses move the clock instead of taking time. */
async function startGroup(): Promise<Group> {
  const host = createMemoryHost()
  const { clock, logger } = host
  const fake = await createFakeWeCom({
    corpId: 'ww12345678910',
    app: { agentId: 1, ...SECRETS },
    kf: { ...SECRETS, accounts: [] },
    robots: [KEY],
    now: clock.now,
  })
  const wait = async (ms: number) => clock.advance(ms)
  const common = { clock, logger, apiBase: fake.url, timeoutMs: 500, wait }
  const another: Group['another'] = (options) => createGroupRobot({ ...common, ...options } as GroupRobotOptions)
  const robot = another({ key: KEY })
  ends.push(async () => {
    await robot.close()
    await fake.close()
  })
  const textsOf = () => fake.group(KEY).map((one) => (one.kind === 'text' ? one.text : ''))
  return { fake, host, robot, another, sees: textsOf, advance: clock.advance }
}

describe('group robot', () => {
  test('tells the group what it is told, with a link to look at', async () => {
    const { robot, sees } = await startGroup()
    await robot.alert('Lin waits for a person: https://desk.example/c/v_1')
    await robot.alert({ title: 'Nobody has answered Max', text: 'for 10 minutes', url: 'https://desk.example/c/(v_2)' })
    expect(sees()).toEqual([
      'Lin waits for a person: [https://desk.example/c/v_1](https://desk.example/c/v_1)',
      '**[Nobody has answered Max](https://desk.example/c/%28v_2%29)**\nfor 10 minutes',
    ])
  })

  test('loses none of a hundred alerts at once, keeps their order, and stays within twenty messages a minute', async () => {
    const { fake, robot, sees } = await startGroup()
    const words = Array.from({ length: 100 }, (_, index) => `alert ${index}.`)
    await Promise.all(words.map((text) => robot.alert(text)))
    const told = sees().join('\n')
    const places = words.map((text) => told.indexOf(text))
    expect(places.every((place, index) => place >= 0 && place > (places[index - 1] ?? -1))).toBe(true)
    expect(sees().length).toBeLessThan(20)
    expect(fake.calls.filter(({ errcode }) => errcode === 45009)).toEqual([])
  })

  test('is never refused while an alert comes every second for minutes', async () => {
    const { advance, fake, robot } = await startGroup()
    const all: Promise<void>[] = []
    for (let second = 0; second < 200; second += 1) {
      all.push(robot.alert(`at ${second}`))
      advance(1_000)
      await new Promise(setImmediate)
    }
    await Promise.all(all)
    expect(fake.calls.filter(({ errcode }) => errcode !== 0)).toEqual([])
  })

  test('is never refused while two relays speak as one robot, and one of them restarts again and again', async () => {
    const { advance, another, fake, host } = await startGroup()
    const steady = another({ key: KEY, shared: host })
    const all: Promise<void>[] = []
    for (let second = 0; second < 120; second += 1) {
      all.push(steady.alert(`at ${second}`))
      const restarted = another({ key: KEY, shared: host })
      all.push(restarted.alert(`also at ${second}`))
      await Promise.all(all)
      advance(1_000)
    }
    await steady.close()
    expect(fake.calls.filter(({ errcode }) => errcode !== 0)).toEqual([])
    const told = fake.group(KEY).map((one) => (one.kind === 'text' ? one.text : ''))
    expect(told.join('\n')).toContain('also at 119')
  })

  test('tells the group also when it cannot count its messages with others', async () => {
    const { another, host, sees } = await startGroup()
    const state = { ...host.state, get: () => Promise.reject(new HutongError('unavailable', 'no database')) }
    const robot = another({ key: KEY, shared: { ...host, state } })
    await robot.alert('the database is gone')
    await robot.close()
    expect(sees()).toEqual(['the database is gone'])
    expect(host.logged).toContainEqual(expect.objectContaining({ level: 'warn', fields: { code: 'unavailable' } }))
  })

  test('says alike alerts once, with their count', () => {
    expect(joined(['Lin waits', 'Max waits', 'Lin waits']).content).toBe('1. Lin waits ×2\n2. Max waits')
    expect(joined(['Lin waits', 'Lin waits']).content).toBe('Lin waits ×2')
  })

  test('lets nobody write links, mentions or headings by the words of an alert', async () => {
    const [made = ''] = piecesOf(
      '# Hi\n> **[free](https://evil.example)** <@all> <font color="warning">x</font> `code`',
    )
    expect(made).not.toMatch(/\*\*|\[free\]\(|<@|<font|`|^#|^>/m)
    expect(made.replaceAll('\u200B', '')).toContain('free')
  })

  test('tells long alerts in several messages, whole', async () => {
    const { robot, sees } = await startGroup()
    const words = Array.from({ length: 2_000 }, (_, index) => `词${index}*`)
    await robot.alert({ title: 'Long', text: words.join(' ') })
    const told = sees().join(' ').replaceAll('\u200B', '')
    expect(words.filter((word) => !told.includes(word))).toEqual([])
    expect(sees().every((text) => Buffer.byteLength(text) <= LONGEST)).toBe(true)
  })

  test.each([
    ['throttles it', { errcode: 45009 }],
    ['is busy', { errcode: -1 }],
    ['is down', '5xx'],
    ['breaks the connection', 'reset'],
  ] as const)('tells the group later when WeCom %s', async (_, fault) => {
    const { fake, robot, sees } = await startGroup()
    fake.faults.next(SEND, fault, 2)
    await Promise.all([robot.alert('one'), robot.alert('two')])
    expect(sees().join('\n')).toMatch(/one\n.*two/)
  })

  test('gives up after ten minutes, says so, and goes on with the next', async () => {
    const { fake, robot, sees } = await startGroup()
    fake.faults.next(SEND, '5xx', Number.POSITIVE_INFINITY)
    await expect(robot.alert('lost')).rejects.toMatchObject({ code: 'timeout' })
    fake.faults.clear()
    await robot.alert('found')
    expect(sees()).toEqual(['found'])
  })

  test('says that the key is wrong, without showing it', async () => {
    const { another } = await startGroup()
    const robot = another({ url: 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=nobodys-key' })
    const thrown = await robot.alert('hello').catch((error: unknown) => error)
    expect(thrown).toMatchObject({ code: 'misconfigured', message: expect.not.stringContaining('nobodys-key') })
    expect(() => another({ url: 'https://example.com/' })).toThrow(/key=/)
  })

  test('tells what waits before it is closed, and takes nothing more', async () => {
    const { robot, sees } = await startGroup()
    const telling = Array.from({ length: 30 }, (_, index) => robot.alert(`alert ${index}.`))
    await robot.close()
    await Promise.all(telling)
    expect(sees().join('\n')).toContain('alert 29.')
    await expect(robot.alert('late')).rejects.toMatchObject({ code: 'unavailable' })
  })
})
