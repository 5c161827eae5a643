import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const HERE = import.meta.dirname

/** The modules of others that are loaded by an import, and the milliseconds it takes in a process of its own. */
function loading(module: string): { foreign: string[]; ms: number } {
  const script = `
    import { writeSync } from 'node:fs'
    import { registerHooks } from 'node:module'
    const seen = new Set()
    registerHooks({ load(url, context, next) { seen.add(/.*\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url)?.[1] ?? ''); return next(url, context) } })
    const before = performance.now()
    await import(${JSON.stringify(module)})
    const ms = Math.round(performance.now() - before)
    writeSync(1, JSON.stringify({ foreign: [...seen].filter(Boolean).sort(), ms }))
    process.exit(0)`
  const out = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: HERE, encoding: 'utf8' })
  return JSON.parse(out) as { foreign: string[]; ms: number }
}

function bytesIn(folder: string): number {
  const sizes = readdirSync(folder, { withFileTypes: true }).map((one) => {
    const path = join(folder, one.name)
    if (one.isDirectory()) return one.name === 'node_modules' ? 0 : bytesIn(path)
    return lstatSync(path).size
  })
  return sizes.reduce((all, one) => all + one, 0)
}

/** A package and all it needs, each once, as it lies on the disk. */
function installed(folder: string, known = new Set<string>()): Set<string> {
  if (known.has(folder)) return known
  known.add(folder)
  const { dependencies = {}, optionalDependencies = {} } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  )
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
    const [, beside] = /^(.*\/node_modules)\//.exec(folder) ?? []
    const found = [join(folder, 'node_modules', name), join(beside ?? dirname(folder), name)].find((one) =>
      existsSync(one),
    )
    if (found !== undefined) installed(realpathSync(found), known)
  }
  return known
}

test('Wechaty is loaded by opening a channel, not by importing this package', () => {
  const { foreign, ms } = loading('./index.ts')
  const alone = loading('wechaty')
  console.log(`import of @hutong/adapter-wechaty: ${ms} ms; import of wechaty: ${alone.ms} ms`)
  expect(foreign).toEqual(['zod'])
  expect(alone.foreign).toContain('wechaty-puppet')
})

test('Wechaty is installed by whoever wants it, not with this package', () => {
  const { dependencies, peerDependenciesMeta } = JSON.parse(readFileSync(join(HERE, 'package.json'), 'utf8'))
  expect(Object.keys(dependencies)).toEqual(['@hutong/core', 'zod'])
  expect(peerDependenciesMeta).toEqual({ 'file-box': { optional: true }, wechaty: { optional: true } })
  const folders = [...installed(realpathSync(join(HERE, 'node_modules', 'wechaty')))]
  const bytes = folders.reduce((all, one) => all + bytesIn(one), 0)
  console.log(`wechaty installed: ${folders.length} packages, ${Math.round(bytes / 1e6)} MB`)
  expect(folders.length).toBeGreaterThan(50)
})
