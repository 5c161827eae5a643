import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { parseConfig } from './config.ts'
import { doctorBackends } from './doctor-backends.ts'
import type { Finding } from './finding.ts'

const KEY = 'sk-right-0123456789'
const SECRET = `whsec_${'A'.repeat(32)}`
const open: Server[] = []
afterEach(async () => {
  for (const server of open.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

/** Stands for a model's endpoint at /v1 and for Rasa at its root. */
async function another(): Promise<string> {
  const server = createServer((request, response) => {
    const known = { '/v1/models': request.headers.authorization === `Bearer ${KEY}` ? 200 : 401, '/version': 200 }
    response.writeHead(Reflect.get(known, request.url ?? '') ?? 404).end('{}')
  })
  open.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function nobody(): Promise<string> {
  const url = await another()
  const server = open.pop()
  server?.close()
  if (server) await once(server, 'close')
  return url
}

async function found(backends: Record<string, Record<string, unknown>>): Promise<Finding[]> {
  const findings: Finding[] = []
  for await (const one of doctorBackends(parseConfig({ mode: 'development', backends }))) findings.push(one)
  return findings
}

describe('the doctor at the programs that backends call', () => {
  it('finds nothing wrong with those that answer', async () => {
    const url = await another()
    const findings = await found({
      openai: { baseUrl: `${url}/v1`, model: 'm', apiKey: KEY },
      rasa: { url },
      shop: { kind: 'webhook', url: `${url}/hook`, secrets: [SECRET] },
    })
    expect(findings.map(({ state }) => state)).toEqual(['good', 'good', 'good'])
  })

  it('names the setting of each that nobody listens at', async () => {
    const url = await nobody()
    const findings = await found({
      openai: { baseUrl: `${url}/v1`, model: 'm', apiKey: KEY },
      rasa: { url },
      shop: { kind: 'webhook', url: `${url}/hook?code=hidden`, secrets: [SECRET] },
    })
    expect(findings).toEqual(
      ['backends.openai.baseUrl: ', 'backends.rasa.url: ', 'backends.shop.url: '].map((field) => ({
        state: 'bad',
        what: expect.stringMatching(/cannot be reached \(ECONNREFUSED\)$/),
        remedy: expect.stringContaining(field),
      })),
    )
    expect(JSON.stringify(findings)).not.toMatch(/sk-right|hidden|whsec_/)
  })

  it('says that a key is wrong or missing, and shows none', async () => {
    const baseUrl = `${await another()}/v1`
    const findings = await found({
      wrong: { kind: 'openai', baseUrl, model: 'm', apiKey: 'sk-wrong' },
      none: { kind: 'openai', baseUrl, model: 'm' },
    })
    expect(findings).toMatchObject([
      { state: 'bad', remedy: expect.stringMatching(/^backends\.wrong\.apiKey: the endpoint refuses the key/) },
      { state: 'bad', remedy: expect.stringMatching(/^backends\.none\.apiKey: is missing/) },
    ])
    expect(JSON.stringify(findings)).not.toContain('sk-wrong')
  })

  it('gives up on what takes the connection and says nothing', { timeout: 15_000 }, async () => {
    const server = createServer(() => undefined)
    open.push(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    expect(await found({ rasa: { url } })).toMatchObject([
      { state: 'bad', what: expect.stringContaining('(no answer in time)') },
    ])
  })

  it('warns where something else answers than what was meant', async () => {
    const url = await another()
    const findings = await found({ openai: { baseUrl: url, model: 'm' }, rasa: { url: `${url}/shop` } })
    expect(findings).toMatchObject([
      { state: 'odd', what: expect.stringContaining('404'), remedy: expect.stringContaining('/v1') },
      { state: 'odd', what: expect.stringContaining('404'), remedy: expect.stringContaining('backends.rasa.url') },
    ])
  })

  it('names a seed that is not there, and the folder it was looked for in', async () => {
    const [missing, ...more] = await found({ knowledge: { seed: 'nothere.csv' } })
    expect(more).toEqual([])
    expect(missing?.state).toBe('bad')
    expect(missing?.remedy).toContain(
      `backends.knowledge.seed: there is no file or folder "nothere.csv" in ${process.cwd()}`,
    )
  })
})
