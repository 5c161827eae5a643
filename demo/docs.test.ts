import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import type { Widget, WidgetOptions } from '@hutong/widget'
import { beforeAll, describe, expect, test } from 'vitest'
import { named, ROOT, readBlocks } from './docs-blocks.ts'

/**
 * The code of README.md, of the packages' README.md and of docs/*.md, held to what it says: `ts` and `tsx` blocks compile, `ts run`
 * blocks also run to a good end, `json` blocks parse, the commands in `sh` blocks exist, script tags in `html` blocks have only
 * attributes that the widget knows and leave only commands that it answers to. They lie below `server`, where the packages are that
 * they import. What the programs among them do is held in docs-backends.test.ts.
 */
const WORK = join(ROOT, 'server', '.data', 'docs')
const blocks = readBlocks(WORK)
const modules = blocks.filter(({ language }) => language === 'ts' || language === 'tsx')

/** Complete, or it would not compile: what a script tag may carry as `data-…`. */
const OPTIONS: Record<keyof WidgetOptions, true> = {
  site: true,
  relay: true,
  id: true,
  locale: true,
  position: true,
  color: true,
  title: true,
  label: true,
  launcher: true,
  storage: true,
  jwt: true,
}
/** As complete: what `Hutong(…)` answers to. */
const COMMANDS: Record<keyof Widget | 'boot', true> = {
  boot: true,
  open: true,
  close: true,
  toggle: true,
  show: true,
  hide: true,
  send: true,
  identify: true,
  setAttributes: true,
  setLocale: true,
  on: true,
  destroy: true,
}

/** What the scripts of a page leave in the line for the loader, as [command, …parameters]. */
function queueOf(html: string): unknown[][] {
  const page: { Hutong?: { q?: unknown[][] } } = {}
  const context = createContext(Object.assign(page, { window: page }))
  for (const [, script = ''] of html.matchAll(/<script>([\s\S]*?)<\/script>/g)) runInContext(script, context)
  return page.Hutong?.q ?? []
}

describe('code in the documentation', () => {
  let complaints = ''
  let help = ''

  beforeAll(() => {
    help = spawnSync(process.execPath, [join(ROOT, 'server/cli.ts'), '--help'], { encoding: 'utf8' }).stdout
    rmSync(WORK, { recursive: true, force: true })
    mkdirSync(WORK, { recursive: true })
    for (const { file, code } of modules) writeFileSync(file, code)
    const options = {
      extends: '../../../tsconfig.json',
      compilerOptions: { noUnusedLocals: false },
      include: ['.', '../../../widget/ui/css.d.ts'],
      exclude: [],
    }
    writeFileSync(join(WORK, 'tsconfig.json'), JSON.stringify(options))
    if (modules.length === 0) return
    const { stdout } = spawnSync(join(ROOT, 'node_modules/.bin/tsc'), ['--project', WORK], {
      cwd: WORK,
      encoding: 'utf8',
    })
    complaints = stdout
  }, 60_000)

  test('there is code to check', () => {
    expect(modules.length).toBeGreaterThan(0)
  })

  test.each(named(modules))('%s compiles', (_, { file }) => {
    const name = file.slice(WORK.length + 1)
    expect(complaints.split('\n').filter((line) => line.startsWith(name))).toEqual([])
  })

  test('nothing around the code keeps it from compiling', () => {
    const ours = (line: string) =>
      !/error TS/.test(line) || modules.some(({ file }) => line.startsWith(file.slice(WORK.length + 1)))
    expect(complaints.split('\n').filter((line) => !ours(line))).toEqual([])
  })

  test.each(named(modules.filter(({ info }) => /\brun\b/.test(info))))(
    '%s runs to a good end',
    async (_, { file }) => {
      const child = spawn(process.execPath, [file], { cwd: WORK, stdio: ['ignore', 'pipe', 'pipe'], timeout: 20_000 })
      let said = ''
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk))
      const [code] = await once(child, 'close')
      expect(code, said).toBe(0)
    },
    30_000,
  )

  test.each(named(blocks.filter(({ language }) => language === 'json')))('%s is JSON', (_, { code }) => {
    expect(() => JSON.parse(code)).not.toThrow()
  })

  test.each(named(blocks.filter(({ language }) => language === 'sh')))(
    '%s names commands that exist',
    (_, { code }) => {
      const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
      const run = [...code.matchAll(/\bnpm (?:run )?(?!install\b|i\b|run\b|create\b)([\w:-]+)/g)].map(
        ([, name = '']) => name,
      )
      const commands = [...code.matchAll(/(?:^|\bnpx |\bnpm run )hutong (?:-- )?(\w+)/gm)].map(([, name = '']) => name)
      expect(run.filter((name) => !(name in scripts))).toEqual([])
      expect(commands.filter((name) => !new RegExp(`\\b${name}\\b`).test(help))).toEqual([])
    },
  )

  const pieces = named(blocks.filter(({ language }) => language === 'html'))

  test.each(pieces)('%s has only attributes that the widget knows', (_, { code }) => {
    const names = [...code.matchAll(/\sdata-([\w-]+)/g)].map(([, name = '']) => name)
    expect(names.filter((name) => !(name in OPTIONS))).toEqual([])
  })

  test.each(pieces)('%s is a tag that brings the site or leaves commands that the widget answers to', (_, { code }) => {
    const queue = queueOf(code)
    expect(queue.filter(([command]) => !(String(command) in COMMANDS))).toEqual([])
    expect(queue.length > 0 || /<script [^>]*\bsrc="[^"]+\/hutong\.js"[^>]*\bdata-site=/.test(code)).toBe(true)
  })
})
