import { spawnSync } from 'node:child_process'
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** What a package costs whoever installs and imports it. */
export interface Cost {
  /** The package alone, unpacked, in bytes. */
  own: number
  /** With everything it needs, however deep. */
  installed: number
  packages: number
  /** Milliseconds, in the quickest of several fresh processes; undefined for what only browsers import. */
  importMs: number | undefined
  /** The packages that were loaded by it. */
  loaded: readonly string[]
}

interface Manifest {
  name: string
  dependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
  peerDependenciesMeta?: Record<string, { optional?: boolean }>
  exports?: Record<string, unknown>
}

const RUNS = 5
/** Parts of a package that only tests and integrators' tests import. */
const FOR_TESTS = /\*|^\.\/(fake|testkit|memory|corpus|wire-suite|scripted-server)/
const MEASURE = `
import { registerHooks } from 'node:module'
const urls = new Set()
registerHooks({ load: (url, context, next) => (urls.add(url), next(url, context)) })
const started = performance.now()
for (const one of JSON.parse(process.argv[1])) await import(one)
console.log(JSON.stringify({ ms: performance.now() - started, urls: [...urls] }))
process.exit()
`

/** Unpacks a tarball as an installer would, with links to what it needs from elsewhere. Resolves with its folder. */
export function install(tarball: string, { from, into }: { from: string; into: string }): string {
  const { name, dependencies = {} } = manifestOf(from)
  const target = join(into, 'node_modules', name)
  mkdirSync(target, { recursive: true })
  const { status, stderr } = spawnSync('tar', ['-xzf', tarball, '--strip-components=1', '-C', target])
  if (status !== 0) throw new Error(`tar: ${stderr}`)
  for (const one of Object.keys(dependencies)) if (!one.startsWith('@hutong/')) link(one, from, into)
  return target
}

function link(name: string, from: string, into: string): void {
  const at = join(into, 'node_modules', name)
  if (existsSync(at)) return
  mkdirSync(dirname(at), { recursive: true })
  symlinkSync(found(name, from), at)
}

/** What comes on top where somebody chooses everything that is optional. `source` is the package in the workspace. */
export function optionalCost(source: string): { bytes: number; packages: number } {
  const { peerDependencies = {}, peerDependenciesMeta = {} } = manifestOf(source)
  const [needed, all] = [new Map<string, number>(), new Map<string, number>()]
  collect(realpathSync(source), needed)
  collect(realpathSync(source), all)
  for (const name of Object.keys(peerDependencies))
    if (peerDependenciesMeta[name]?.optional) collect(found(name, source), all)
  const more = [...all].filter(([folder]) => !needed.has(folder))
  return { bytes: more.reduce((sum, [, bytes]) => sum + bytes, 0), packages: more.length }
}

/** Everything of the house must be installed in `into` before. */
export function costOf(folder: string, into: string): Cost {
  const { name, exports = {} } = manifestOf(folder)
  const all = new Map<string, number>()
  collect(realpathSync(folder), all)
  const entries = Object.keys(exports).filter((one) => !FOR_TESTS.test(one))
  const runs = name === '@hutong/widget' ? [] : Array.from({ length: RUNS }, () => imported(name, entries, into))
  return {
    own: all.get(realpathSync(folder)) ?? 0,
    installed: [...all.values()].reduce((sum, bytes) => sum + bytes, 0),
    packages: all.size,
    importMs: runs.length === 0 ? undefined : Math.min(...runs.map(({ ms }) => ms)),
    loaded: [...new Set((runs[0]?.urls ?? []).flatMap(packageOf))].toSorted(),
  }
}

function imported(name: string, entries: readonly string[], into: string): { ms: number; urls: string[] } {
  const specifiers = JSON.stringify(entries.map((one) => name + one.slice(1)))
  const args = ['--input-type=module', '--eval', MEASURE, specifiers]
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: into, encoding: 'utf8' })
  if (!stdout) throw new Error(`${name} cannot be imported: ${stderr}`)
  return JSON.parse(stdout)
}

function packageOf(url: string): string[] {
  const [, name] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url) ?? []
  return name === undefined ? [] : [name]
}

/** The bytes of a package and of all that it needs, each once. */
function collect(folder: string, all: Map<string, number>): void {
  if (all.has(folder)) return
  all.set(folder, bytesOf(folder))
  for (const name of Object.keys(manifestOf(folder).dependencies ?? {})) collect(found(name, folder), all)
}

function bytesOf(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => {
    if (name === 'node_modules') return sum
    const path = join(folder, name)
    const stat = lstatSync(path)
    return sum + (stat.isDirectory() ? bytesOf(path) : stat.isFile() ? stat.size : 0)
  }, 0)
}

function found(name: string, from: string): string {
  const at = join(from, 'node_modules', name)
  if (existsSync(at)) return realpathSync(at)
  const above = dirname(from)
  if (above === from) throw new Error(`${name} is not installed`)
  return found(name, above)
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}
