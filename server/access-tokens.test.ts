import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createAccessTokens } from './access-tokens.ts'

let server: Server
let tokenUrl: string
let asked: URLSearchParams[]
let answers: { status: number; body: object }[]
let now: number

beforeEach(async () => {
  asked = []
  answers = []
  now = 0
  server = createServer(async (request, response) => {
    asked.push(new URLSearchParams(await text(request)))
    const { status, body } = answers.shift() ?? {
      status: 200,
      body: { access_token: `t${asked.length}`, expires_in: 3600 },
    }
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  tokenUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`
})
afterEach(() => new Promise((resolve) => server.close(resolve)))

const tokens = () =>
  createAccessTokens({ tokenUrl, clientId: 'us', clientSecret: 's', refreshToken: 'first' }, () => now)

it('asks for an access token once and uses it until shortly before its end', async () => {
  const accessToken = tokens()
  expect(await Promise.all([accessToken(false), accessToken(false)])).toEqual(['t1', 't1'])
  now = 3_500_000
  expect(await accessToken(false)).toBe('t1')
  now = 3_541_000
  expect(await accessToken(false)).toBe('t2')
  expect(Object.fromEntries(asked[0] ?? [])).toEqual({
    grant_type: 'refresh_token',
    client_id: 'us',
    client_secret: 's',
    refresh_token: 'first',
  })
})

it('asks for a new access token when the mail server refused the last one', async () => {
  const accessToken = tokens()
  await accessToken(false)
  expect(await accessToken(true)).toBe('t2')
})

it('goes on with the refresh token that the provider gives instead', async () => {
  answers.push({ status: 200, body: { access_token: 'a', expires_in: '60', refresh_token: 'second' } })
  const accessToken = tokens()
  await accessToken(false)
  await accessToken(true)
  expect(asked[1]?.get('refresh_token')).toBe('second')
})

it('tells a refused grant from a provider that is down', async () => {
  answers.push({ status: 400, body: { error: 'invalid_grant', error_description: 'the token was revoked' } })
  answers.push({ status: 503, body: {} })
  const accessToken = tokens()
  await expect(accessToken(false)).rejects.toMatchObject({
    code: 'misconfigured',
    message: expect.stringContaining('the token was revoked'),
  })
  await expect(accessToken(false)).rejects.toMatchObject({ code: 'unreachable' })
})
