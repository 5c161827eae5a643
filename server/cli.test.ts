import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSqliteStore } from './stores/sqlite.ts'
import { VERSION } from './version.ts'

const CLI = join(import.meta.dirname, 'cli.ts')
const SECRET = 'a secret that is long enough for everything'
let folder: string
let children: ChildProcess[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hutong-cli-'))
  children = []
})
afterEach(async () => {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL')
  await rm(folder, { recursive: true })
})

function hutong(args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, HUTONG_DATA: join(folder, 'data'), HUTONG_LISTEN__PORT: '0', ...env },
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
  })
  children.push(child)
  return child
}

async function run(args: string[], { env = { HUTONG_SECRET: SECRET } as Record<string, string>, stdin = '' } = {}) {
  const child = hutong(args, env)
  child.stdin?.end(stdin)
  const [out, err, code] = await Promise.all([
    text(child.stdout as NodeJS.ReadableStream),
    text(child.stderr as NodeJS.ReadableStream),
    new Promise((resolve) => child.once('exit', resolve)),
  ])
  return { out, err, code }
}

async function startServing(env: Record<string, string>) {
  const child = hutong(['serve'], env)
  const message = await new Promise<{ ready: boolean; port: number }>((resolve, reject) => {
    child.once('message', (sent) => resolve(sent as { ready: boolean; port: number }))
    child.once('exit', (code) => reject(new Error(`exited with ${code}`)))
  })
  return { child, ...message }
}

const exitOf = (child: ChildProcess) => new Promise((resolve) => child.once('exit', resolve))

describe('hutong serve', { timeout: 30_000 }, () => {
  it('refuses production without a secret, in sentences, and makes nothing', async () => {
    const { out, err, code } = await run(['serve'], { env: {} })
    expect(code).toBe(2)
    expect(err).toMatch(/secret: is needed in production; make one with: openssl rand -base64 48/)
    expect(err).not.toMatch(/at .*\.ts:\d+/)
    expect(out).toBe('')
  })

  it('says where it listens, on standard output and to its parent', async () => {
    const { child, ready, port } = await startServing({ HUTONG_SECRET: SECRET })
    expect(ready).toBe(true)
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200)
    child.kill('SIGTERM')
    expect(await text(child.stdout as NodeJS.ReadableStream)).toBe(
      [
        `hutong listening on http://127.0.0.1:${port}`,
        `the desk is at http://127.0.0.1:${port}/desk/`,
        'nobody can sign in there yet; let somebody in with: hutong agent add <email> <name>\n',
      ].join('\n'),
    )
  })

  it('says nothing of signing in once somebody may', async () => {
    await run(['agent', 'add', 'anna@shop.example', 'Anna'], { stdin: 'correct horse\n' })
    const { child } = await startServing({ HUTONG_SECRET: SECRET })
    child.kill('SIGTERM')
    expect(await text(child.stdout as NodeJS.ReadableStream)).not.toContain('sign in')
  })

  it('ends by itself and in order on SIGTERM and SIGINT', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const { child, port } = await startServing({ HUTONG_MODE: 'development' })
      await fetch(`http://127.0.0.1:${port}/healthz`)
      child.kill(signal)
      expect([signal, await exitOf(child)]).toEqual([signal, 0])
    }
  })
})

describe('the data folder', { timeout: 30_000 }, () => {
  it('has one relay: a second one says so and leaves, and may start once the first is killed', async () => {
    const first = await startServing({ HUTONG_SECRET: SECRET })
    const second = await run(['serve'])
    expect([second.code, second.err]).toEqual([
      1,
      `another relay is running on the data folder ${join(folder, 'data')}: stop it, or give this one a "data" of its own\n`,
    ])
    first.child.kill('SIGKILL')
    await exitOf(first.child)
    const third = await startServing({ HUTONG_SECRET: SECRET })
    expect((await fetch(`http://127.0.0.1:${third.port}/readyz`)).status).toBe(200)
  })

  it('can be migrated and looked at beside the running relay', async () => {
    const { port } = await startServing({ HUTONG_SECRET: SECRET })
    expect(await run(['migrate'])).toMatchObject({ code: 0, err: '' })
    const looked = await run(['doctor', '--listen.port', `${port}`])
    expect([looked.code, looked.out]).toEqual([0, expect.stringMatching(/^ok {3}a relay is running on /m)])
  })

  it('is refused in one sentence where there can be none', async () => {
    for (const path of ['/etc/passwd/x', '/proc/nope']) {
      const { code, err } = await run(['serve', '--data', path])
      expect([code, err.trim().split('\n')]).toEqual([
        2,
        [
          'hutong cannot start, the configuration is wrong:',
          expect.stringMatching(`^data: .*: ${path}; name a folder`),
        ],
      ])
    }
  })
})

describe('hutong config', { timeout: 30_000 }, () => {
  it('names every mistake and ends with 2', async () => {
    await writeFile(join(folder, 'hutong.config.json'), JSON.stringify({ lisen: {}, rawDays: 'many' }))
    const { err, code } = await run(['config', 'check'])
    expect(code).toBe(2)
    expect(err).toMatch(/lisen: is no setting; did you mean "listen"/)
    expect(err).toMatch(/rawDays: /)
  })

  it('is checked with the backends in the chains, and without speaking of a start', async () => {
    const site = { key: 'shop', name: 'Shop', routing: ['keywrod'] }
    await writeFile(join(folder, 'hutong.config.json'), JSON.stringify({ sites: [site] }))
    const { err, code } = await run(['config', 'check'], { env: {} })
    expect(code).toBe(2)
    expect(err.split('\n')).toEqual([
      'the configuration is wrong:',
      expect.stringContaining('secret: is needed in production'),
      expect.stringMatching(/there is no backend "keywrod"; there are .* and desk; did you mean "keyword"\?/),
      '',
    ])
  })

  it('names a seed of articles that is not there, as the doctor and a start do', async () => {
    const site = { key: 'shop', name: 'Shop', routing: ['knowledge'] }
    const config = { sites: [site], backends: { knowledge: { seed: 'nothere.csv' } } }
    await writeFile(join(folder, 'hutong.config.json'), JSON.stringify(config))
    for (const command of ['config check', 'doctor', 'serve']) {
      const { out, err, code } = await run(command.split(' '))
      expect([command, code]).not.toEqual([command, 0])
      expect(`${out}${err}`).toMatch(/backends\.knowledge\.seed: there is no file or folder "nothere\.csv" in \//)
    }
  })

  it('warns of a backend that no routing leads to, as the doctor and a start do', async () => {
    const site = { key: 'shop', name: 'Shop', routing: ['desk'] }
    const orders = { kind: 'webhook', url: 'http://127.0.0.1:1/', secrets: [`whsec_${'A'.repeat(32)}`] }
    const backends = { orders, records: { ...orders, hears: 'everything' } }
    await writeFile(join(folder, 'hutong.config.json'), JSON.stringify({ sites: [site], backends }))
    const warning = /hm +backend orders is asked only if .* put "orders" before "desk" in the routing of a site, or set/
    const checked = await run(['config', 'check'])
    expect([checked.code, checked.err]).toEqual([0, expect.stringMatching(warning)])
    expect(checked.err).not.toContain('records')
    expect((await run(['doctor'])).out).toMatch(warning)
    const { child } = await startServing({ HUTONG_SECRET: SECRET })
    child.kill('SIGTERM')
    expect(await text(child.stderr as NodeJS.ReadableStream)).toMatch(warning)
  })

  it('is printed, and the database migrated, without a secret', async () => {
    const print = await run(['config', 'print'], { env: {} })
    expect([print.code, JSON.parse(print.out).mode]).toEqual([0, 'production'])
    expect(await run(['migrate'], { env: {} })).toMatchObject({ code: 0, err: '' })
  })

  it('prints what is in force without the secret', async () => {
    const { out, code } = await run(['config', 'print', '--raw-days', '3'])
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ rawDays: 3, secret: '(hidden)' })
  })
})

describe('hutong agent add', { timeout: 30_000 }, () => {
  it('takes the password from standard input; the agent signs in with it at the running relay', async () => {
    const { child, port } = await startServing({ HUTONG_SECRET: SECRET })
    const added = await run(['agent', 'add', 'anna@shop.example', 'Anna', 'Li'], { stdin: 'correct horse\n' })
    expect([added.code, added.out]).toEqual([0, 'Anna Li may sign in as anna@shop.example\n'])
    const signIn = (password: string) =>
      fetch(`http://127.0.0.1:${port}/v1/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: 'anna@shop.example', password }),
      })
    expect((await signIn('wrong horse')).status).toBe(401)
    const answer = await signIn('correct horse')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('set-cookie')).toMatch(/^hutong_session=.*HttpOnly.*SameSite=Strict/i)
    child.kill('SIGTERM')
  })

  it('makes a password when none comes, and shows it once', async () => {
    const { out } = await run(['agent', 'add', 'ben@shop.example', 'Ben'])
    expect(out).toMatch(/password, shown this once: [\w-]{16}\n$/)
  })

  it('refuses a second agent of the same address, a weak password and a wrong address', async () => {
    await run(['agent', 'add', 'ben@shop.example', 'Ben'])
    expect(await run(['agent', 'add', 'ben@shop.example', 'Ben'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('already'),
    })
    expect(await run(['agent', 'add', 'cy@shop.example', 'Cy'], { stdin: 'short' })).toMatchObject({ code: 1 })
    expect(await run(['agent', 'add', 'cy', 'Cy'])).toMatchObject({ code: 1, err: '"cy" is no e-mail address\n' })
  })
})

describe('hutong', { timeout: 30_000 }, () => {
  it('makes a token whose hash is what the configuration needs', async () => {
    const { out } = await run(['token', 'new', 'crm'])
    const token = /once: (\S+)/.exec(out)?.[1] ?? ''
    const row = JSON.parse(out.slice(out.indexOf('{')))
    expect(row).toEqual({ name: 'crm', hash: createHash('sha256').update(token).digest('hex'), role: 'backend' })
  })

  it("makes an administrator's token, and one for some sites", async () => {
    const entry = async (...flags: string[]) => {
      const { out } = await run(['token', 'new', 'ops', ...flags])
      return JSON.parse(out.slice(out.indexOf('{')))
    }
    expect(await entry('--role', 'admin')).toMatchObject({ name: 'ops', role: 'admin' })
    expect(await entry('--sites', 'shop,other')).toMatchObject({ role: 'backend', sites: ['shop', 'other'] })
  })

  it.each([
    [['ops', '--rol', 'admin'], '--rol: is no flag of this command; did you mean "--role"?'],
    [['ops', '--role', 'adm'], '--role: must be one of "backend", "admin"'],
    [['ops', '--role'], '--role: needs a value'],
    [['two', 'names'], 'one name only, and there are two and names'],
    [['a name'], 'the name: must be 1 to 64 letters, digits, "-" or "_"'],
    [[], 'the name is needed'],
  ])('makes no token of what it does not understand: %j', async (args, sentence) => {
    const { out, err, code } = await run(['token', 'new', ...args])
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(`hutong token new: ${sentence}`)
  })

  it('brings the database up to date', async () => {
    expect(await run(['migrate'])).toMatchObject({ code: 0, out: expect.stringMatching(/at version \d+/) })
  })

  it('helps, tells its version and knows no other commands', async () => {
    expect((await run(['--help'])).out).toContain('hutong serve')
    expect((await run(['--version'])).out).toBe(`${VERSION}\n`)
    const guesses = { sevre: 'serve', conifg: 'config', 'conifg check': 'config check', 'config chekc': 'config check' }
    for (const [typed, meant] of Object.entries(guesses))
      expect(await run(typed.split(' '))).toMatchObject({
        code: 2,
        err: expect.stringMatching(`no command "${typed}"; .*"hutong ${meant}"`),
      })
  })
})

describe('hutong doctor', { timeout: 30_000 }, () => {
  it('ends quietly when whoever reads has seen enough', async () => {
    const child = hutong(['doctor'], { HUTONG_SECRET: SECRET })
    child.stdout?.destroy()
    const [err] = await Promise.all([text(child.stderr as NodeJS.ReadableStream), exitOf(child)])
    expect(err).toBe('')
  })

  it('finds nothing wrong with a sound installation', async () => {
    const { out, code } = await run(['doctor'])
    expect(out).not.toContain('FAIL')
    expect(code).toBe(0)
  })

  it('names each fault with its remedy', async () => {
    const { port } = await startServing({ HUTONG_SECRET: SECRET })
    await writeFile(
      join(folder, 'hutong.config.json'),
      JSON.stringify({
        publicUrl: 'http://chat.example',
        data: '/dev/null/data',
        listen: { port },
        sites: [{ key: 'shop', name: 'Shop', origins: ['http://shop.example'], routing: ['oracle'] }],
      }),
    )
    const child = spawn(process.execPath, [CLI, 'doctor'], {
      cwd: folder,
      env: { HUTONG_SECRET: 'a'.repeat(40) },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    children.push(child)
    const [out, code] = await Promise.all([text(child.stdout), exitOf(child)])
    expect(code).toBe(1)
    for (const sentence of [
      /FAIL routing — .*"oracle"/,
      /FAIL data folder .* — data: a file stands where a folder should be: .* name a folder/,
      /FAIL port — .*used by another program/,
      /hm +the secret looks guessable — /,
      /hm +publicUrl .* is not https — /,
      /hm +site shop: http:\/\/shop.example is not https — /,
    ])
      expect(out).toMatch(sentence)
  })

  it('says which webhook would need a token to answer later, and finds no fault in it', async () => {
    const { port } = await startServing({ HUTONG_SECRET: SECRET, HUTONG_DATA: join(folder, 'bot') })
    const webhook = { kind: 'webhook', url: `http://127.0.0.1:${port}/hook`, secrets: [`whsec_${'A'.repeat(32)}`] }
    const tokens = [{ name: 'known', hash: 'a'.repeat(64) }]
    await writeFile(
      join(folder, 'hutong.config.json'),
      JSON.stringify({ backends: { crm: webhook, known: webhook }, tokens }),
    )
    const { out, code } = await run(['doctor'])
    expect(code).toBe(0)
    expect(out).toMatch(/ok +backend crm answers in the reply to each request — .* later .*: hutong token new crm/)
    expect(out).not.toContain('backend known answers')
  })

  it('tells what the relay knows of its backends, and ends with 1 where one is disabled', async () => {
    const crm = {
      kind: 'webhook',
      url: 'http://127.0.0.1:1/',
      secrets: [`whsec_${'A'.repeat(32)}`],
      hears: 'everything',
    }
    await writeFile(join(folder, 'hutong.config.json'), JSON.stringify({ backends: { crm } }))
    await startServing({ HUTONG_SECRET: SECRET })
    const store = createSqliteStore({ path: join(folder, 'data', 'hutong.sqlite') })
    await store.set('backend:crm', 'disabled', { since: 0, why: 'the webhook answered 410' })
    await store.close()
    const { out, code } = await run(['doctor'])
    expect(code).toBe(1)
    expect(out).toMatch(
      /^FAIL backend crm is disabled since 1970-01-01 00:00:00 UTC: .*410 — .*\/v1\/backends\/crm\/enable/m,
    )
  })

  it('reports every mistake of the configuration', async () => {
    const { out, code } = await run(['doctor'], { env: { HUTONG_SECRET: 'short', HUTONG_RAW_DAYS: '-1' } })
    expect(code).toBe(1)
    expect(out.match(/^FAIL configuration — /gm)).toHaveLength(2)
  })
})
