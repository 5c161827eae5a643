import { rm, stat, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { builtFiles } from './built-files.ts'
import type { Settings } from './config.ts'
import { backendMistakes, configuredBackends, unheard } from './configured-backends.ts'
import { makeDataFolder } from './data-folder.ts'
import { isLocked } from './data-lock.ts'
import { doctorBackends } from './doctor-backends.ts'
import { doctorChannels } from './doctor-channels.ts'
import { doctorDeliveries } from './doctor-deliveries.ts'
import type { Finding } from './finding.ts'
import { createHttpServer, listen, stopListening } from './http-server.ts'
import { loadConfig, type Sources } from './load-config.ts'
import { createSqliteStore } from './stores/sqlite.ts'

const NODE_MIN: readonly [number, number] = [22, 13]
const MIB = 1024 * 1024
const CLOCK_SKEW_MS = 5_000

/** Looks at everything a relay needs and changes nothing but the data folder, which it makes. */
export async function* doctor(sources: Sources): AsyncIterable<Finding> {
  yield nodeVersion(process.versions.node)
  const loaded = await loadConfig(sources).catch((error: Error) => error)
  if (loaded instanceof Error) {
    const all = await loadConfig({ backends: [], ...sources }).catch((error: Error) => error.message)
    for (const line of String(all).split('\n')) yield { state: 'bad', what: 'configuration', remedy: line }
    return
  }
  const { settings, file } = loaded
  yield { state: 'good', what: `configuration${file === undefined ? ' (no file)' : ` ${file}`}` }
  yield* backends(settings)
  if (backendMistakes(settings, []).length === 0) yield* doctorBackends(settings)
  yield secret(settings)
  yield* addresses(settings)
  yield* doctorChannels(settings)
  yield* await builds()
  const folder = await dataFolder(settings.data)
  const running = folder.state === 'good' && isLocked(settings.data)
  yield folder
  if (folder.state === 'good') {
    const found = await database(settings.data)
    yield found
    if (found.state === 'good') yield* known(settings)
    yield await space(settings.data)
    yield await clock(settings.data)
  }
  if (running) yield { state: 'good', what: `a relay is running on ${settings.data}` }
  else yield await port(settings)
}

export function nodeVersion(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const fits = major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])
  if (fits) return { state: 'good', what: `Node ${version}` }
  return { state: 'bad', what: `Node ${version} is too old`, remedy: `install Node ${NODE_MIN.join('.')} or newer` }
}

function* backends(settings: Settings): Iterable<Finding> {
  const mistakes = backendMistakes(settings, [])
  for (const { path, message } of mistakes)
    yield {
      state: 'bad',
      what: path[0] === 'sites' ? 'routing' : 'backends',
      remedy: `${path.join('.')}: ${message}`,
    }
  if (mistakes.length > 0) return
  const names = configuredBackends(settings).map((backend) => backend.name)
  yield { state: 'good', what: `backends: ${[...names, 'desk'].join(', ')}` }
  for (const { name, why, remedy } of unheard(settings)) yield { state: 'odd', what: `backend ${name} ${why}`, remedy }
  yield* tokensOfBackends(settings)
}

/** Of webhooks alone: the other wires cannot be without a token. */
function* tokensOfBackends({ backends: configured, tokens }: Settings): Iterable<Finding> {
  for (const [name, { kind = name }] of Object.entries(configured))
    if (kind === 'webhook' && !tokens.some((token) => token.name === name))
      yield {
        state: 'good',
        what: `backend ${name} answers in the reply to each request`,
        remedy: `only to answer later as well it needs a token of its name: hutong token new ${name}`,
      }
}

function secret({ secret: value, mode }: Settings): Finding {
  if (value === undefined) return { state: 'good', what: `secret: made at the first start (${mode})` }
  if (new Set(value).size >= 12) return { state: 'good', what: 'secret' }
  return { state: 'odd', what: 'the secret looks guessable', remedy: 'make one with: openssl rand -base64 48' }
}

function* addresses(settings: Settings): Iterable<Finding> {
  const { mode, publicUrl, sites } = settings
  const production = mode === 'production'
  if (publicUrl !== undefined && production && !isSafe(publicUrl))
    yield {
      state: 'odd',
      what: `publicUrl ${publicUrl} is not https`,
      remedy: 'browsers keep cookies and sockets safe over https only',
    }
  else if (publicUrl === undefined && production)
    yield {
      state: 'odd',
      what: 'publicUrl is not set',
      remedy: 'set it: links to files are relative and cookies not Secure without it',
    }
  else yield { state: 'good', what: `public address${publicUrl === undefined ? '' : ` ${publicUrl}`}` }
  if (sites.length === 0)
    yield { state: 'odd', what: 'there are no sites', remedy: 'add one to "sites", the widget needs its key' }
  for (const site of sites) {
    const plain = site.origins.filter((origin) => production && !isSafe(origin))
    if (site.origins.length === 0)
      yield {
        state: 'odd',
        what: `site ${site.key} has no origins`,
        remedy: 'no web page may embed it; list the pages in "origins"',
      }
    else if (plain.length > 0)
      yield {
        state: 'odd',
        what: `site ${site.key}: ${plain.join(', ')} is not https`,
        remedy: 'anybody on the way can read along',
      }
    else yield { state: 'good', what: `site ${site.key}: ${site.origins.join(', ')}` }
  }
}

function isSafe(address: string): boolean {
  const { protocol, hostname } = new URL(address)
  return protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
}

async function builds(): Promise<Finding[]> {
  const built = await builtFiles(undefined)
  return [
    { what: 'the widget', path: '/hutong.js' },
    { what: 'the desk', path: '/desk/' },
  ].map(({ what, path }) => {
    if (built.count(path) > 0) return { state: 'good', what: `${what} at ${path}` }
    return { state: 'odd', what: `${what} is not built`, remedy: `run the build; ${path} is empty until then` }
  })
}

async function dataFolder(folder: string): Promise<Finding> {
  try {
    await makeDataFolder(folder)
    return { state: 'good', what: `data folder ${folder}` }
  } catch (error) {
    return { state: 'bad', what: `data folder ${folder}`, remedy: (error as Error).message }
  }
}

/** What the database tells of the backends and of the people at the desk. */
async function* known(settings: Settings): AsyncIterable<Finding> {
  const path = join(settings.data, 'hutong.sqlite')
  const exists = await isThere(path)
  if (exists && backendMistakes(settings, []).length === 0) yield* doctorDeliveries(settings, path)
  const agents = exists ? await agentsIn(path) : 0
  if (agents > 0) yield { state: 'good', what: `${agents} may sign in at the desk` }
  else
    yield {
      state: 'odd',
      what: 'nobody can sign in at the desk yet',
      remedy: 'let somebody in with: hutong agent add <email> <name>',
    }
}

/** How many people may sign in at the desk. */
export async function agentsIn(path: string): Promise<number> {
  const store = createSqliteStore({ path })
  const agents = await store.agents().finally(() => store.close())
  return agents.length
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

async function database(folder: string): Promise<Finding> {
  const path = join(folder, 'hutong.sqlite')
  if (!(await isThere(path))) return { state: 'good', what: 'database: made at the first start' }
  try {
    const store = createSqliteStore({ path })
    await store.check().finally(() => store.close())
    return { state: 'good', what: `database ${path}` }
  } catch (error) {
    return { state: 'bad', what: `database ${path}: ${(error as Error).message}`, remedy: 'run: hutong migrate' }
  }
}

async function space(folder: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(folder)
  const free = Math.floor((bavail * bsize) / MIB)
  const what = `disk: ${free} MiB free`
  if (free > 1_024) return { state: 'good', what }
  return { state: free > 100 ? 'odd' : 'bad', what, remedy: 'free space, or point "data" to a larger disk' }
}

/** The disk's clock and ours differ on network file systems, and then leases and links go wrong. */
async function clock(folder: string): Promise<Finding> {
  const probe = join(folder, `.clock-${process.pid}`)
  await writeFile(probe, '')
  const { mtimeMs } = await stat(probe)
  await rm(probe)
  const skew = Math.round(Math.abs(Date.now() - mtimeMs))
  if (skew < CLOCK_SKEW_MS) return { state: 'good', what: `clock ${new Date().toISOString()}` }
  return { state: 'odd', what: `the clocks of machine and disk differ by ${skew} ms`, remedy: 'set both by NTP' }
}

async function port({ listen: address }: Settings): Promise<Finding> {
  const server = createHttpServer({ fetch: () => new Response() })
  try {
    await listen(server, address)
    return { state: 'good', what: `port ${address.host}:${address.port} is free` }
  } catch (error) {
    return { state: 'bad', what: 'port', remedy: (error as Error).message }
  } finally {
    stopListening(server)
  }
}
