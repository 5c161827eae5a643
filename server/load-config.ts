import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { HutongError } from '@hutong/core/errors'
import { randomText } from '@hutong/core/ids'
import { type Config, checkSettings, type Settings, settings } from './config.ts'
import { backendMistakes } from './configured-backends.ts'
import type { Mistake } from './contradictions.ts'
import { makeDataFolder } from './data-folder.ts'
import { asVariable, readable, readSetting, type SettingsTree, writeSetting } from './settings-tree.ts'

export const CONFIG_FILE = 'hutong.config.json'

/** Variables that begin like ours and are none: the file's name, our own tests, and what Kubernetes sets for a service "hutong". */
const NOT_SETTINGS = /^HUTONG_(CONFIG|FAULT.*|BENCH.*|SERVICE_(HOST|PORT)(_.*)?|PORT(_\d+_(TCP|UDP)(_.*)?)?)$/

export interface Sources {
  /** Arguments after the command: `--listen.port 9000`, `--listen.port=9000`, `--config file`. */
  flags?: readonly string[]
  env?: Readonly<Record<string, string | undefined>>
  /** Folder in which relative names begin. */
  folder?: string
  /** Whether production is refused without a secret. Default true. */
  needsSecret?: boolean
  /** Names of the backends that stand beside the relay's own: routing chains are then held against both. */
  backends?: readonly string[]
}

export interface Loaded {
  settings: Settings
  /** The file that was read, if there was one. */
  file?: string
}

/**
 * Defaults, then the file, then the environment, then the flags. Rejects with `misconfigured`, whose message names every
 * mistake of every source, one a line.
 */
export async function loadConfig(sources: Sources): Promise<Loaded> {
  const { flags = [], env = {}, folder = process.cwd(), needsSecret = true, backends } = sources
  const mistakes: string[] = []
  const given = parseFlags(flags, mistakes)
  const named = given.get('config') ?? env.HUTONG_CONFIG
  given.delete('config')
  const read = await readConfigFile(resolve(folder, named ?? CONFIG_FILE), named !== undefined, mistakes)
  // What the file says is not known, so nothing else can be held against it.
  if (read === undefined) throw new HutongError('misconfigured', mistakes.join('\n'))
  const tree: SettingsTree = read.tree
  const origin = new Map<string, string>()

  const write = (label: string, segments: string[], value: string) => {
    const written = writeSetting(settings, tree, { segments, value })
    if ('path' in written) origin.set(written.path.join('.'), label)
    else mistakes.push(`${label}: ${written.problem}`)
  }
  for (const [label, value] of Object.entries(env))
    if (value !== undefined && label.startsWith('HUTONG_') && !NOT_SETTINGS.test(label))
      write(label, label.slice('HUTONG_'.length).split('__'), value)
  for (const [flag, value] of given) write(`--${flag}`, flag.split('.'), value)

  const { settings: checked, mistakes: wrong } = checkSettings(tree)
  const found = needsSecret
    ? wrong
    : wrong.filter(({ path }) => path.join('.') !== 'secret' || tree.secret !== undefined)
  if (backends) found.push(...backendMistakes(readable(settings, tree) ?? {}, backends))
  mistakes.push(...found.map((one) => sentence(one, { tree, origin, file: read.file, folder: resolve(folder) })))
  if (!checked || mistakes.length > 0) throw new HutongError('misconfigured', mistakes.join('\n'))
  return { settings: checked, ...(read.file === undefined ? {} : { file: read.file }) }
}

/** The settings with a secret: the configured one, or in development one that is made once and kept in the data folder. */
export async function withSecret(config: Settings): Promise<Config> {
  if (config.secret !== undefined) return { ...config, secret: config.secret }
  const path = join(config.data, 'secret')
  await makeDataFolder(config.data)
  const made = randomText(48)
  try {
    await writeFile(path, `${made}\n`, { flag: 'wx', mode: 0o600 })
    return { ...config, secret: made }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST')
      throw new HutongError('misconfigured', `data: cannot write ${path}`, { cause })
    await chmod(path, 0o600)
    return { ...config, secret: (await readFile(path, 'utf8')).trim() }
  }
}

function parseFlags(flags: readonly string[], mistakes: string[]): Map<string, string> {
  const given = new Map<string, string>()
  for (let at = 0; at < flags.length; at++) {
    const flag = flags[at] ?? ''
    if (!flag.startsWith('--')) {
      mistakes.push(`${flag}: is not a flag; flags look like --listen.port 8787`)
      continue
    }
    const equals = flag.indexOf('=')
    const next = flags[at + 1]
    if (equals !== -1) given.set(flag.slice(2, equals), flag.slice(equals + 1))
    else if (next === undefined || next.startsWith('--')) given.set(flag.slice(2), 'true')
    else {
      given.set(flag.slice(2), next)
      at++
    }
  }
  return given
}

async function readConfigFile(
  path: string,
  asked: boolean,
  mistakes: string[],
): Promise<{ tree: SettingsTree; file?: string } | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => error)
  if (typeof text !== 'string') {
    if (!asked && text.code === 'ENOENT') return { tree: {} }
    mistakes.push(`${path}: cannot be read (${text.code})`)
    return undefined
  }
  try {
    const tree: unknown = JSON.parse(text)
    if (typeof tree === 'object' && tree !== null && !Array.isArray(tree))
      return { tree: tree as SettingsTree, file: path }
    mistakes.push(`${path}: must hold one JSON object`)
  } catch (error) {
    mistakes.push(`${path}: is not JSON: ${(error as Error).message}`)
  }
  return undefined
}

interface Written {
  tree: SettingsTree
  /** The variable or flag that wrote a path. */
  origin: ReadonlyMap<string, string>
  file: string | undefined
  /** Where the file was looked for. */
  folder: string
}

function sentence(mistake: Mistake, { tree, origin, file, folder }: Written): string {
  const path = mistake.path.map(String)
  const name = path.join('.')
  const value = readSetting(tree, path)
  const label = originOf(path, origin) ?? onlyOrigin(value, { name, origin })
  if (label !== undefined) return `${label}: ${mistake.message}`
  const missing = value === undefined && !path.some((key) => /^\d+$/.test(key))
  const where = file === undefined || missing ? '' : `${file}: `
  const hint = missing
    ? ` (set HUTONG_${asVariable(name)}, or "${name}" in ${file ?? `${CONFIG_FILE}, of which there is none in ${folder}`})`
    : ''
  return `${where}${name}: ${mistake.message}${hint}`
}

/** The variable or flag that wrote all there is below a path. */
function onlyOrigin(value: unknown, { name, origin }: { name: string; origin: Written['origin'] }): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const labels = Object.keys(value).map((key) => origin.get(`${name}.${key}`))
  return labels.includes(undefined) ? undefined : labels[0]
}

function originOf(path: readonly string[], origin: ReadonlyMap<string, string>): string | undefined {
  for (let length = path.length; length > 0; length--) {
    const label = origin.get(path.slice(0, length).join('.'))
    if (label === undefined) continue
    const rest = path.slice(length).join('.')
    return rest === '' ? label : `${label} (${rest})`
  }
  return undefined
}
