import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Cost, costOf, install, optionalCost } from './package-cost.ts'

/**
 * Packs every public package as it would be published and holds the tarball against publint and attw: what `exports` names is
 * there, is ESM, and has types. Then it installs all of them and prints what each costs; none may load what nobody chose. Expects
 * `npm run build` to have run.
 */
const ROOT = join(import.meta.dirname, '..')
const PACKAGES = [
  'adapters/core',
  'adapters/tencent',
  'adapters/websocket',
  'adapters/email',
  'adapters/wechat',
  'adapters/wecom',
  'adapters/wechaty',
  'server',
  'widget',
]
/** Optional, so never loaded by an import. */
const CHOSEN = /^(wechaty|file-box)/

interface Ran {
  ok: boolean
  output: string
}

function run(command: string, args: readonly string[], cwd = ROOT): Ran {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' })
  return { ok: status === 0, output: error ? error.message : `${stdout}${stderr}` }
}

/** The complaints about one package; empty when it is fit to be published. */
function check(folder: string, into: string): string[] {
  if (!existsSync(join(ROOT, folder, 'dist'))) return [`${folder} is not built: run "npm run build" first`]
  const { publishConfig } = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'))
  if (!publishConfig?.exports) return [`${folder}/package.json has no publishConfig.exports: nobody could import it`]
  const target = join(into, folder.replaceAll('/', '-'))
  const packed = run('npx', ['--yes', 'pnpm@12', 'pack', '--pack-destination', target], join(ROOT, folder))
  if (!packed.ok) return [packed.output]
  const [tarball] = readdirSync(target)
  if (!tarball) return [`pnpm pack made no tarball of ${folder}`]
  const file = join(target, tarball)
  install(file, { from: join(ROOT, folder), into })
  const checks = [
    run('publint', ['run', file, '--strict']),
    run('attw', [file, '--profile', 'esm-only', '--no-emoji', '--format', 'ascii']),
  ]
  return checks.filter(({ ok }) => !ok).map(({ output }) => output)
}

/** One line on what a package costs; a complaint where it loads what must be chosen. */
function reckon(folder: string, into: string): string[] {
  const { name } = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'))
  const { own, installed, packages, importMs, loaded }: Cost = costOf(join(into, 'node_modules', name), into)
  const time = importMs === undefined ? 'for browsers' : `imported in ${Math.round(importMs)} ms`
  const more = optionalCost(join(ROOT, folder))
  const chosen =
    more.packages === 0 ? '' : `; ${size(more.bytes)} in ${more.packages} packages more where they are chosen`
  console.log(`${name}: ${size(own)}, ${size(installed)} with all ${packages} packages, ${time}${chosen}`)
  return loaded.filter((one) => CHOSEN.test(one)).map((one) => `${name} loads ${one} though nobody chose it`)
}

function size(bytes: number): string {
  return bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}

const folder = mkdtempSync(join(tmpdir(), 'hutong-packages-'))
try {
  for (const one of PACKAGES) {
    const complaints = check(one, folder)
    console.log(`${complaints.length === 0 ? 'ok  ' : 'FAIL'} ${one}`)
    for (const complaint of complaints) console.log(complaint)
    if (complaints.length > 0) process.exitCode = 1
  }
  for (const complaint of process.exitCode ? [] : PACKAGES.flatMap((one) => reckon(one, folder))) {
    console.log(complaint)
    process.exitCode = 1
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
