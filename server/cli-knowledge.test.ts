import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { knowledgeCommands } from './cli-knowledge.ts'
import { parseConfig } from './config.ts'
import { loadConfig } from './load-config.ts'
import { type Running, serve } from './serve.ts'

const CLI = join(import.meta.dirname, 'cli.ts')
let folder: string
let running: Running | undefined
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hutong-knowledge-'))
  await configure({ sites: [{ key: 'shop', name: 'Shop', routing: ['knowledge', 'desk'] }] })
})
afterEach(async () => {
  await running?.close()
  running = undefined
  await rm(folder, { recursive: true })
})

const configure = (config: object) => writeFile(join(folder, 'hutong.config.json'), JSON.stringify(config))

/** The command in this process; what it rejects with is what the command line prints. */
async function hutong(name: string, ...args: string[]) {
  const out: string[] = []
  const env = { HUTONG_DATA: join(folder, 'data') }
  const commands = knowledgeCommands({
    settingsOf: async (flags) => (await loadConfig({ flags, env, folder, needsSecret: false })).settings,
    say: (line) => out.push(...line.split('\n')),
  })
  const first = args.findIndex((one) => one.startsWith('--'))
  const [words, flags] = first === -1 ? [args, []] : [args.slice(0, first), args.slice(first)]
  try {
    return { out, err: '', code: await commands[`knowledge ${name}`]?.(words, flags) }
  } catch (error) {
    return { out, err: (error as Error).message, code: 1 }
  }
}

async function commandLine(...args: string[]) {
  const env = { PATH: process.env.PATH, HUTONG_DATA: join(folder, 'data') }
  const child = spawn(process.execPath, [CLI, 'knowledge', ...args], { cwd: folder, env })
  const [out, code] = await Promise.all([text(child.stdout), new Promise((resolve) => child.once('exit', resolve))])
  return { out, code }
}

const CSV = `id,question,answer,phrasings,state
parcel,Where is my parcel?,Look under My orders.,track my order|包裹到哪了,published
pay,How can I pay?,By card.,,published
`
const at = (name: string) => join(folder, name)
const write = (name: string, content: string) => writeFile(at(name), content)

describe('hutong knowledge', { timeout: 60_000 }, () => {
  it('imports after a dry run, lists, matches and exports what can be imported again', async () => {
    await write('faq.csv', CSV)
    expect((await hutong('import', '--dry-run', at('faq.csv'))).out).toEqual([
      'new      parcel',
      'new      pay',
      'would be 2 new, 0 changed, 0 unchanged',
    ])
    expect((await hutong('list')).out).toEqual([
      expect.stringMatching(/^there are no articles yet; hutong knowledge import/),
    ])
    expect((await hutong('list', '--state', 'draft')).out).toEqual(['there is no article of the state draft'])
    expect(await hutong('import', at('faq.csv'))).toMatchObject({ code: 0, out: ['2 new, 0 changed, 0 unchanged'] })
    expect((await hutong('list', '--state', 'published')).out).toEqual([
      'parcel\tpublished\tv1\t\tWhere is my parcel?',
      'pay\tpublished\tv1\t\tHow can I pay?',
    ])
    expect((await hutong('match', '包裹到哪了')).out[0]).toBe('1.000\tparcel\tWhere is my parcel?\tby "包裹到哪了"')
    await write('all.json', (await hutong('export')).out.join('\n'))
    expect((await hutong('import', at('all.json'))).out).toEqual(['0 new, 0 changed, 2 unchanged'])
  })

  it('measures a file of labelled questions: how often the right article is first, and what is taken for what', async () => {
    await write('faq.csv', CSV)
    await hutong('import', at('faq.csv'))
    await write(
      'test.csv',
      'question,id\ntrack my order,parcel\nhow can i pay,pay\ntrack my order,pay\nis the sky blue,\n',
    )
    const { out, code } = await hutong('match', at('test.csv'), '--at-least', '0.9')
    expect(out).toEqual([
      'top-1 66.7 % (2 of 3), top-3 66.7 % (2 of 3)',
      expect.stringMatching(
        /^1 question without an article: the best match scores 0\.\d+ in the median, 0\.\d+ at most$/,
      ),
      '1\tpay → parcel\ttrack my order (1.000)',
    ])
    expect(code).toBe(1)
    await write('test.csv', 'question,id\nwhat,nowhere\n')
    expect(await hutong('match', at('test.csv'))).toMatchObject({ code: 1, err: 'there are no articles "nowhere"' })
  })

  it('says in a sentence what is wrong: the file, the backend, and every mistake in the articles', async () => {
    await write('faq.csv', 'question,answer\n,x\n')
    expect((await hutong('import', at('faq.csv'))).err).toMatch(/^nothing was imported:\nfaq\.csv row 2, question: /)
    expect((await hutong('import', at('nowhere.csv'))).err).toMatch(/nowhere\.csv: there is no such file or folder$/)
    expect((await hutong('match', at('nofile.csv'))).err).toBe(
      `${at('nofile.csv')}: there is no such file in ${folder}`,
    )
    expect((await hutong('list', '--backend', 'other')).err).toMatch(/is no knowledge backend; there is knowledge$/)
    await configure({ backends: { faq: { kind: 'knowledge' }, docs: { kind: 'knowledge' } } })
    expect((await hutong('list')).err).toBe('there are several knowledge backends: say --backend faq or --backend docs')
    expect((await hutong('list', '--backend', 'docs')).code).toBe(0)
    await configure({})
    expect((await hutong('list')).err).toMatch(/^no knowledge backend is configured/)
  })

  it('changes what a running relay knows with the next question, from the command line', async () => {
    const sites = [{ key: 'shop', name: 'Shop', routing: ['knowledge', 'desk'] }]
    const hash = '2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b'
    const settings = { data: join(folder, 'data'), sites, listen: { port: 0 }, log: { level: 'silent' as const } }
    const tokens = [{ name: 'boss', hash, role: 'admin' as const }]
    running = await serve(parseConfig({ ...settings, tokens, secret: 'a secret that is only used in tests' }))
    const ask = async () => {
      const response = await fetch(`${running?.url}/v1/knowledge/knowledge/match`, {
        method: 'POST',
        headers: { authorization: 'Bearer secret', 'content-type': 'application/json' },
        body: JSON.stringify({ question: 'how can i pay' }),
      })
      return ((await response.json()) as { items: { id: string }[] }).items.map(({ id }) => id)
    }
    expect(await ask()).toEqual([])
    await write('faq.csv', CSV)
    expect(await commandLine('import', 'faq.csv')).toEqual({ code: 0, out: '2 new, 0 changed, 0 unchanged\n' })
    expect((await ask())[0]).toBe('pay')
  })
})
