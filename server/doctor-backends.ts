import { connect } from 'node:net'
import { join } from 'node:path'
import { seedChange, seedMistake } from './backends/knowledge/read-seed.ts'
import { networkCode } from './backends/network-code.ts'
import { openaiOptions } from './backends/openai/openai-options.ts'
import { rasaOptions } from './backends/rasa/rasa-options.ts'
import { webhookOptions } from './backends/webhook/webhook-options.ts'
import type { Settings } from './config.ts'
import type { Mistake } from './contradictions.ts'
import type { Finding } from './finding.ts'

const PATIENCE_MS = 5_000

interface Try {
  name: string
  /** The backend's settings without its kind, which are right. */
  options: unknown
}

/** How each kind that calls another program is tried. */
const TRIES: Readonly<Record<string, (one: Try) => Promise<Finding>>> = {
  openai: tryOpenai,
  rasa: tryRasa,
  webhook: tryWebhook,
}

/** Tries what backends whose settings are right call and read; asks no model, says nothing to a bot and shows no secret. */
export async function* doctorBackends(settings: Settings): AsyncIterable<Finding> {
  for (const { path, message } of await missingSeeds(settings))
    yield { state: 'bad', what: `backend ${String(path[1])}: its articles`, remedy: `${path.join('.')}: ${message}` }
  yield* await changedSeeds(settings)
  yield* await Promise.all(
    Object.entries(settings.backends).flatMap(([name, { kind = name, ...options }]) => {
      const attempt = TRIES[String(kind)]
      return attempt ? [attempt({ name, options })] : []
    }),
  )
}

/** Seeds of knowledge backends that are not there: a relay without articles does not start. */
export async function missingSeeds({ backends }: Pick<Settings, 'backends'>): Promise<Mistake[]> {
  const found = Object.entries(backends).map(async ([name, { kind = name, seed }]) => {
    if (kind !== 'knowledge' || typeof seed !== 'string') return []
    const message = await seedMistake(seed)
    return message === undefined ? [] : [{ path: ['backends', name, 'seed'], message }]
  })
  return (await Promise.all(found)).flat()
}

/** Seeds that are not what the articles were made of any more. */
async function changedSeeds({ backends, data }: Settings): Promise<Finding[]> {
  const found = Object.entries(backends).map(async ([name, { kind = name, seed }]): Promise<Finding[]> => {
    if (kind !== 'knowledge' || typeof seed !== 'string') return []
    const remedy = await seedChange(join(data, 'backends', name), { name, seed })
    return remedy === undefined ? [] : [{ state: 'odd', what: `backend ${name}: its seed`, remedy }]
  })
  return (await Promise.all(found)).flat()
}

async function tryOpenai({ name, options }: Try): Promise<Finding> {
  const { baseUrl, apiKey } = openaiOptions.parse(options)
  const what = `backend ${name}: the model's endpoint ${placeOf(baseUrl)}`
  const key = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }
  const status = await ask(`${baseUrl.replace(/\/+$/, '')}/models`, key)
  if (typeof status === 'string') return unreachable(what, { field: `backends.${name}.baseUrl`, code: status })
  if (status === 401 || status === 403)
    return {
      state: 'bad',
      what: `${what} does not let us in (${status})`,
      remedy: `backends.${name}.apiKey: ${apiKey === undefined ? 'is missing; the endpoint wants a key' : 'the endpoint refuses the key; make a new one at the provider'}`,
    }
  if (status >= 200 && status < 300) return { state: 'good', what: `${what} lets us in` }
  return {
    state: 'odd',
    what: `${what} answers ${status} to /models`,
    remedy: `backends.${name}.baseUrl: must be what stands before /chat/completions, often with /v1 at its end`,
  }
}

/** https://rasa.com/docs/rasa/pages/http-api */
async function tryRasa({ name, options }: Try): Promise<Finding> {
  const { url, authorization } = rasaOptions.parse(options)
  const what = `backend ${name}: Rasa at ${placeOf(url)}`
  const status = await ask(`${url}/version`, authorization === undefined ? {} : { authorization })
  if (typeof status === 'string') return unreachable(what, { field: `backends.${name}.url`, code: status })
  if (status === 401 || status === 403)
    return {
      state: 'bad',
      what: `${what} does not let us in (${status})`,
      remedy: `backends.${name}.authorization: must be what the proxy before Rasa, or its --jwt-secret, wants`,
    }
  if (status >= 200 && status < 300) return { state: 'good', what: `${what} answers` }
  return {
    state: 'odd',
    what: `${what} answers ${status} to /version`,
    remedy: `backends.${name}.url: must be where Rasa listens, such as "http://rasa:5005"`,
  }
}

async function tryWebhook({ name, options }: Try): Promise<Finding> {
  const { url } = webhookOptions.parse(options)
  const what = `backend ${name}: the webhook at ${placeOf(url)}`
  const code = await reach(new URL(url))
  return code === undefined
    ? { state: 'good', what: `${what} can be reached` }
    : unreachable(what, { field: `backends.${name}.url`, code })
}

/** Without path and query, where secrets may stand. */
function placeOf(address: string): string {
  return new URL(address).host
}

function unreachable(what: string, { field, code }: { field: string; code: string }): Finding {
  return {
    state: 'bad',
    what: `${what} cannot be reached (${code})`,
    remedy: `${field}: start what should listen there, or correct the address, the network or the firewall`,
  }
}

/** The status of the answer, or what kept it from coming. */
async function ask(url: string, headers: Record<string, string>): Promise<number | string> {
  try {
    const response = await fetch(url, { headers, redirect: 'manual', signal: AbortSignal.timeout(PATIENCE_MS) })
    await response.body?.cancel()
    return response.status
  } catch (thrown) {
    const late = thrown instanceof Error && thrown.name === 'TimeoutError'
    return late ? 'no answer in time' : (networkCode(thrown) ?? 'no connection')
  }
}

/** What keeps a connection from being made, if anything does. */
function reach({ protocol, hostname, port }: URL): Promise<string | undefined> {
  return new Promise((settle) => {
    const host = hostname.replace(/^\[|\]$/g, '')
    const socket = connect({ host, port: Number(port) || (protocol === 'https:' ? 443 : 80), timeout: PATIENCE_MS })
    const end = (code: string | undefined) => {
      socket.destroy()
      settle(code)
    }
    socket.once('connect', () => end(undefined))
    socket.once('timeout', () => end('no answer in time'))
    socket.once('error', (error) => end(networkCode(error) ?? 'unknown'))
  })
}
