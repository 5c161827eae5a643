import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseConfig, redacted, sitesOf } from './config.ts'
import { loadConfig, type Sources, withSecret } from './load-config.ts'

const SECRET = 'a secret that is long enough for everything'
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hutong-config-'))
})
afterEach(() => rm(folder, { recursive: true }))

const write = (content: unknown, name = 'hutong.config.json') =>
  writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))

async function load(sources: Sources = {}) {
  return (await loadConfig({ folder, env: { HUTONG_SECRET: SECRET }, ...sources })).settings
}

async function mistakesOf(sources: Sources): Promise<string[]> {
  const outcome = await load(sources).catch((error: Error) => error)
  expect(outcome).toMatchObject({ code: 'misconfigured' })
  return (outcome as Error).message.split('\n')
}

describe('where settings come from', () => {
  it('needs nothing but a secret in production', async () => {
    expect(await load()).toMatchObject({ mode: 'production', listen: { host: '127.0.0.1', port: 8787 }, data: '.data' })
  })

  it('lets flags win over the environment, the environment over the file, the file over defaults', async () => {
    await write({ listen: { host: 'file', port: 1 }, rawDays: 1, publicUrl: 'https://file.example' })
    const env = { HUTONG_SECRET: SECRET, HUTONG_LISTEN__PORT: '2', HUTONG_RAW_DAYS: '2' }
    const settings = await load({ env, flags: ['--raw-days', '3'] })
    expect(settings).toMatchObject({ listen: { host: 'file', port: 2 }, rawDays: 3, publicUrl: 'https://file.example' })
  })

  it('reads the file that a flag or HUTONG_CONFIG names', async () => {
    await write({ rawDays: 7 }, 'other.json')
    expect((await load({ flags: ['--config=other.json'] })).rawDays).toBe(7)
    expect((await load({ env: { HUTONG_SECRET: SECRET, HUTONG_CONFIG: 'other.json' } })).rawDays).toBe(7)
  })

  it('takes numbers, switches, lists and JSON from the environment', async () => {
    const settings = await load({
      env: {
        HUTONG_SECRET: SECRET,
        HUTONG_WEBSOCKET__POLLING: 'off',
        HUTONG_WEBSOCKET__MAX_SOCKETS_PER_IP: '7',
        HUTONG_TRUST_PROXY: '10.0.0.0/8, ::1',
        HUTONG_SITES: '[{"key":"shop","name":"Shop"}]',
        HUTONG_SITES__0__ORIGINS: 'https://a.example,https://b.example',
        HUTONG_BACKENDS__KEYWORD: '{"answers":[]}',
      },
    })
    expect(settings.websocket).toMatchObject({ polling: false, maxSocketsPerIp: 7 })
    expect(settings.trustProxy).toEqual(['10.0.0.0/8', '::1'])
    expect(settings.sites[0]).toMatchObject({ key: 'shop', origins: ['https://a.example', 'https://b.example'] })
    expect(settings.backends).toEqual({ keyword: { answers: [] } })
  })

  it('takes the key of a backend from the environment', async () => {
    const env = { HUTONG_SECRET: SECRET, HUTONG_BACKENDS__OPENAI__API_KEY: 'sk-1', HUTONG_BACKENDS__OPENAI__MODEL: 'm' }
    expect((await load({ env })).backends).toEqual({ openai: { apiKey: 'sk-1', model: 'm' } })
    const lists = {
      HUTONG_SECRET: SECRET,
      HUTONG_BACKENDS__FAQ__SECRETS: '["a","b"]',
      HUTONG_BACKENDS__FAQ__TITLE: '[x',
    }
    expect((await load({ env: lists })).backends).toEqual({ faq: { secrets: ['a', 'b'], title: '[x' } })
  })

  it('keeps a secret made of digits a text', async () => {
    const digits = '1234567890'.repeat(4)
    expect((await load({ env: { HUTONG_SECRET: digits } })).secret).toBe(digits)
  })

  it('overlooks the variables that Kubernetes sets for a service called hutong', async () => {
    const env = { HUTONG_SECRET: SECRET, HUTONG_SERVICE_HOST: '10.1.1.1', HUTONG_PORT_8787_TCP_ADDR: '10.1.1.1' }
    expect((await load({ env })).listen.port).toBe(8787)
  })
})

describe('mistakes', () => {
  it('reports every mistake of every source at once', async () => {
    await write({
      rawDays: -1,
      sites: [{ key: 'no spaces allowed', name: 'Shop', origins: ['https://shop.example/path'] }],
    })
    const mistakes = await mistakesOf({
      env: { HUTONG_SECRET: 'short', HUTONG_LISTEN__PORT: 'eighty' },
      flags: ['--log.level', 'loud', '--nonsense', '1'],
    })
    expect(mistakes).toHaveLength(7)
    for (const part of [
      'rawDays',
      'sites.0.key',
      'sites.0.origins.0',
      'HUTONG_SECRET',
      'HUTONG_LISTEN__PORT',
      '--log.level',
      '--nonsense',
    ])
      expect(mistakes.filter((line) => line.includes(part))).toHaveLength(1)
  })

  it('names the nearest right name for an unknown one, wherever it was written', async () => {
    await write({ pubicUrl: 'https://x.example', listen: { prot: 1 } })
    const mistakes = await mistakesOf({
      env: { HUTONG_SECRET: SECRET, HUTONG_PORTT: '1', HUTONG_LISTEN__HSOT: 'x' },
      flags: ['--port', '9000'],
    })
    const suggestions = ['"publicUrl"', '"port"', 'HUTONG_LISTEN__HOST', '--listen.port']
    for (const one of suggestions)
      expect(mistakes.some((line) => line.includes(`did you mean`) && line.includes(one))).toBe(true)
  })

  it('refuses production without a secret and says how to make one', async () => {
    const [mistake] = await mistakesOf({ env: {} })
    expect(mistake).toMatch(/^secret: is needed in production.*openssl rand.*HUTONG_SECRET/)
    expect(mistake).toContain(`hutong.config.json, of which there is none in ${folder}`)
  })

  it('names the variable that speaks of a backend by a wrong name, and the one that was meant', async () => {
    const orders = { kind: 'webhook', url: 'http://127.0.0.1:9000/' }
    await write({ sites: [{ key: 'shop', name: 'Shop', routing: ['orders'] }], backends: { orders } })
    const env = { HUTONG_SECRET: SECRET, HUTONG_BACKENDS__ORDER__SECRETS: '["whsec_x"]' }
    expect(await mistakesOf({ env, backends: [] })).toContainEqual(
      expect.stringMatching(/^HUTONG_BACKENDS__ORDER__SECRETS: there is none of that name.*did you mean "orders"\?/),
    )
  })

  it('lists for an unknown step of a routing only backends that it could name as things are', async () => {
    const socket = { kind: 'socket' }
    const tokens = [{ name: 'order', hash: 'a'.repeat(64) }]
    await write({ sites: [{ key: 'shop', name: 'Shop', routing: ['oracle'] }], tokens, backends: { orders: socket } })
    const mistakes = await mistakesOf({ backends: [] })
    expect(mistakes).toContainEqual(
      expect.stringMatching(/there is no backend "oracle"; there are keyword, .*orders and desk$/),
    )
    expect(mistakes).not.toContainEqual(expect.stringMatching(/"oracle".*(openai|webhook|rasa)/))
    expect(mistakes).toContainEqual(
      expect.stringMatching(
        /a token called "orders", and there is none in tokens; did you mean "order"\? Rename that token, or make/,
      ),
    )
  })

  it('refuses two sites or tokens that cannot be told apart, and tokens for sites that do not exist', async () => {
    const token = { name: 'bot', hash: 'a'.repeat(64), sites: ['elsewhere'] }
    await write({
      sites: [
        { key: 'shop', name: 'A' },
        { key: 'shop', name: 'B' },
      ],
      tokens: [token, token],
    })
    expect((await mistakesOf({})).map((line) => line.replace(/^.*json: /, ''))).toEqual([
      'sites.1.key: "shop" is used by another site',
      'tokens.1.name: "bot" is used by another token',
      'tokens.0.sites: there is no site "elsewhere"',
      'tokens.1.sites: there is no site "elsewhere"',
    ])
  })

  it('says so when the file is missing or no JSON', async () => {
    expect((await mistakesOf({ flags: ['--config', 'gone.json'] }))[0]).toMatch(/gone\.json: cannot be read \(ENOENT\)/)
    await write('{ "mode": "development", ', 'other.json')
    const broken = await mistakesOf({ flags: ['--config', 'other.json'], env: {} })
    expect(broken).toEqual([expect.stringMatching(/other\.json: is not JSON/)])
  })

  it('accepts no origin with a path, a wildcard or another scheme', () => {
    for (const origin of [
      '*',
      'https://*.example',
      'https://shop.example/',
      'shop.example',
      'null',
      'ftp://shop.example',
    ])
      expect(() => parseConfig({ secret: SECRET, sites: [{ key: 'a', name: 'A', origins: [origin] }] })).toThrow(
        /origin/,
      )
  })

  it('refuses a site whose files would be larger than what the relay takes', () => {
    const sites = [{ key: 'a', name: 'A', uploads: { maxBytes: 2_048 } }]
    expect(() => parseConfig({ secret: SECRET, sites, limits: { uploadBytes: 1_024 } })).toThrow(
      'sites.0.uploads.maxBytes: is above limits.uploadBytes, 1024',
    )
  })

  it('finds routing steps that nobody answers to, beside every other mistake', async () => {
    await write({
      sites: [
        { key: 'a', name: 'A', routing: ['keywrod', 'oracle', 'desk'], origins: ['*'] },
        { key: 'a', name: 'B', uploads: { maxBytes: 2_048 } },
      ],
      limits: { uploadBytes: 1_024 },
    })
    const mistakes = await mistakesOf({ env: { HUTONG_RAW_DAYS: 'many' }, backends: ['crm'] })
    expect(mistakes.map((line) => line.replace(/^.*json: /, ''))).toEqual([
      'sites.0.origins.0: must be an exact origin such as "https://shop.example", without a path and without *',
      'HUTONG_RAW_DAYS: must be a number',
      'secret: is needed in production; make one with: openssl rand -base64 48 (set HUTONG_SECRET, or "secret" in ' +
        `${join(folder, 'hutong.config.json')})`,
      'sites.1.key: "a" is used by another site',
      'sites.0.uploads.maxBytes: is above limits.uploadBytes, 1024',
      'sites.1.uploads.maxBytes: is above limits.uploadBytes, 1024',
      expect.stringMatching(
        /^sites\.0\.routing: there is no backend "keywrod"; .*, crm and desk; did you mean "keyword"\?$/,
      ),
      expect.stringMatching(/^sites\.0\.routing: there is no backend "oracle"; .*, crm and desk$/),
    ])
  })

  it('accepts nobody behind the desk, and names where the floor cannot go back to', async () => {
    await write({
      sites: [
        { key: 'a', name: 'A', routing: ['desk', 'keyword'] },
        { key: 'b', name: 'B', routing: ['keyword', 'desk'], floor: { backToBotAfterMs: 60_000, backTo: 'keywrod' } },
      ],
    })
    const mistakes = await mistakesOf({ backends: [] })
    expect(mistakes.map((line) => line.replace(/^.*json: /, ''))).toEqual([
      'sites.0.routing: nothing reaches "keyword" behind "desk", the end of every chain; put "desk" last',
      expect.stringMatching(/^sites\.1\.floor\.backTo: there is no backend "keywrod"; .*did you mean "keyword"\?$/),
    ])
  })

  it('names unknown settings of a backend, and a list written as a text once', async () => {
    await write({
      backends: {
        openai: { modle: 'm', model: 'm' },
        shop: { kind: 'webhook', url: 'https://bot.example', secrets: 'whsec_secret' },
        flow: { steps: { a: { kind: 'say', text: 'Hi', nxet: 'a' } } },
      },
    })
    const mistakes = await mistakesOf({ env: { HUTONG_SECRET: SECRET }, backends: [] })
    expect(mistakes.map((line) => line.replace(/^.*json: /, ''))).toEqual([
      'backends.openai.modle: is no setting; did you mean "model"?',
      'backends.shop.secrets: must be a list of secrets, such as ["whsec_…"]',
      'backends.flow.steps.a.nxet: is no setting; did you mean "next"?',
    ])
  })

  it('names the nearest right word for a wrong one, and none that is far away', async () => {
    const env = { HUTONG_SECRET: SECRET, HUTONG_MODE: 'prodution', HUTONG_LOG__LEVEL: 'loud', HUTONG_FOO: '1' }
    await write({ sites: [{ key: 'shop', name: 'A' }], tokens: [{ name: 'a', hash: 'a'.repeat(64), sites: ['shpo'] }] })
    expect((await mistakesOf({ env })).map((line) => line.replace(/^.*json: /, ''))).toEqual([
      'HUTONG_FOO: is no setting; hutong config print shows those there are',
      'HUTONG_MODE: must be one of "production", "development"; did you mean "production"?',
      'HUTONG_LOG__LEVEL: must be one of "silent", "error", "warn", "info", "debug"',
      'tokens.0.sites: there is no site "shpo"; did you mean "shop"?',
    ])
  })

  it('says in plain words what a value has to be', () => {
    const input: unknown = {
      secret: SECRET,
      listen: { port: 70_000 },
      drain: { maxMs: 100.5 },
      sites: [{ key: 'a', locales: [], uploads: { types: ['png'] }, jwtKeys: [{ kid: 'k', alg: 'none' }] }],
      trustProxy: ['proxy'],
      backends: { 'a b': {} },
    }
    const outcome = (() => {
      try {
        return parseConfig(input as { secret: string })
      } catch (error) {
        return (error as Error).message.split('\n')
      }
    })()
    expect(outcome).toEqual([
      'listen.port: must be at most 65535',
      'sites.0.name: is missing; give a text',
      'sites.0.locales: must have at least one entry',
      'sites.0.jwtKeys.0.alg: must be one of "HS256", "EdDSA"',
      'sites.0.uploads.types.0: must be a media type such as "image/png", or a family of them such as "image/*"',
      'backends.a b: has a name that cannot be: must be 1 to 64 letters, digits, "-" or "_"',
      'trustProxy.0: must be an address such as "10.0.0.1" or a network such as "10.0.0.0/8"',
      'drain.maxMs: must be a whole number',
    ])
  })
})

describe('secrets', () => {
  it('makes a secret once in development and keeps it readable for its owner only', async () => {
    const settings = await load({ env: { HUTONG_MODE: 'development', HUTONG_DATA: join(folder, 'data') } })
    const first = await withSecret(settings)
    expect(first.secret.length).toBeGreaterThanOrEqual(48)
    expect((await withSecret(settings)).secret).toBe(first.secret)
    expect((await stat(join(folder, 'data/secret'))).mode & 0o077).toBe(0)
    expect(await readFile(join(folder, 'data/secret'), 'utf8')).toContain(first.secret)
  })

  it('shows no secret of a site, a token or a backend', () => {
    const config = parseConfig({
      secret: SECRET,
      sites: [{ key: 'a', name: 'A', jwtKeys: [{ kid: '1', alg: 'HS256', secret: `${SECRET} of the site` }] }],
      tokens: [{ name: 'bot', hash: 'ab'.repeat(32) }],
      backends: { model: { apiKey: 'sk-123' } },
    })
    const shown = JSON.stringify(redacted(config))
    for (const hidden of [SECRET, 'ab'.repeat(32), 'sk-123']) expect(shown).not.toContain(hidden)
    expect(shown).toContain('"kid":"1"')
  })

  it('uses the key of a site as its id unless it has one', () => {
    const config = parseConfig({
      secret: SECRET,
      sites: [
        { key: 'a', name: 'A' },
        { key: 'b', id: 'old', name: 'B' },
      ],
    })
    expect(sitesOf(config).map((one) => one.id)).toEqual(['a', 'old'])
  })
})
