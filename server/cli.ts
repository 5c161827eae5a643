#!/usr/bin/env node
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { toHutongError } from '@hutong/core/errors'
import { nearest } from '@hutong/core/nearest'
import { addAgent } from './add-agent.ts'
import { BACKEND_HELP, backendCommands } from './cli-backend.ts'
import { KNOWLEDGE_HELP, knowledgeCommands } from './cli-knowledge.ts'
import { TOKEN_HELP, tokenCommands } from './cli-token.ts'
import { misconfigured, redacted, type Settings } from './config.ts'
import { unheard } from './configured-backends.ts'
import { makeDataFolder } from './data-folder.ts'
import { agentsIn, doctor } from './doctor.ts'
import { missingSeeds } from './doctor-backends.ts'
import { type Loaded, loadConfig, type Sources } from './load-config.ts'
import { serve } from './serve.ts'
import { createSqliteStore } from './stores/sqlite.ts'
import { VERSION } from './version.ts'

const HELP = `hutong ${VERSION} — every customer channel in one conversation

hutong serve                      runs the relay
hutong migrate                    brings the database to this version's schema
hutong doctor                     checks everything a relay needs, with a remedy for each fault
hutong config check               names every mistake of the configuration
hutong config print               shows the configuration in force, secrets hidden
hutong agent add <email> <name>   adds a person to the desk; the password comes from standard input
${TOKEN_HELP}
${KNOWLEDGE_HELP}
${BACKEND_HELP}

Settings come from hutong.config.json (or --config <file>), variables such as HUTONG_LISTEN__PORT
and flags such as --listen.port 8787; later ones win.`

const DONE = 0
const FAILED = 1
const MISUSED = 2

const INTERRUPT = '\u0003'
const BACKSPACE = '\u007f'

/** Gives the exit code; what it rejects with is printed as a sentence. */
type Command = (args: readonly string[], flags: readonly string[]) => Promise<number>

const COMMANDS: Readonly<Record<string, Command>> = {
  serve: runServe,
  migrate: runMigrate,
  doctor: runDoctor,
  'config check': runConfigCheck,
  'config print': runConfigPrint,
  'agent add': runAgentAdd,
  ...tokenCommands({ say, complain }),
  ...knowledgeCommands({ settingsOf, say }),
  ...backendCommands({ say, complain, env: process.env }),
}

async function main(argv: readonly string[]): Promise<number> {
  const asked = argv.findIndex((one) => one.startsWith('--'))
  const words = asked === -1 ? argv : argv.slice(0, asked)
  const flags = asked === -1 ? [] : argv.slice(asked)
  if (words.length === 0 && flags.includes('--version')) return say(VERSION)
  if (flags.includes('--help') || words[0] === 'help') return say(HELP)
  for (const length of [2, 1]) {
    const command = COMMANDS[words.slice(0, length).join(' ')]
    if (words.length >= length && command) return command(words.slice(length), flags)
  }
  complain(words.length === 0 ? HELP : unknownCommand(words))
  return MISUSED
}

function unknownCommand(words: readonly string[]): string {
  const [group = ''] = words
  const asked = words.slice(0, 2).join(' ')
  const inGroup = Object.keys(COMMANDS).filter((name) => name.startsWith(`${group} `))
  const groups = Object.keys(COMMANDS).flatMap((name) => name.split(' ', 1))
  const near = nearest(asked, Object.keys(COMMANDS)) ?? nearest(group, groups)
  const hint =
    inGroup.length > 0
      ? `there is ${inGroup.map((name) => `"hutong ${name}"`).join(' and ')}`
      : `${near === undefined ? '' : `did you mean "hutong ${near}"? `}hutong --help shows all`
  return `hutong: there is no command "${asked}"; ${hint}`
}

async function runServe(_: readonly string[], flags: readonly string[]): Promise<number> {
  const { settings } = await load(flags, { backends: [] })
  const running = await serve(settings)
  warnUnheard(settings)
  say(`hutong listening on ${running.url}`)
  say(`the desk is at ${running.url}/desk/`)
  if ((await agentsIn(join(settings.data, 'hutong.sqlite'))) === 0)
    say('nobody can sign in there yet; let somebody in with: hutong agent add <email> <name>')
  process.send?.({ ready: true, port: running.port })
  await interrupted()
  // Whatever does not finish in time is cut off: the log keeps what was acknowledged.
  setTimeout(() => process.exit(FAILED), settings.drain.maxMs).unref()
  await running.close()
  if (process.connected) process.disconnect()
  return DONE
}

function warnUnheard(settings: Settings): void {
  for (const { name, why, remedy } of unheard(settings)) complain(`hm   backend ${name} ${why} — ${remedy}`)
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', resolve)
    process.once('SIGINT', resolve)
  })
}

async function runMigrate(_: readonly string[], flags: readonly string[]): Promise<number> {
  const { data } = await settingsOf(flags)
  await makeDataFolder(data)
  const store = createSqliteStore({ path: join(data, 'hutong.sqlite') })
  const version = await store.migrate().finally(() => store.close())
  return say(`the database is at version ${version}`)
}

async function runDoctor(_: readonly string[], flags: readonly string[]): Promise<number> {
  let healthy = true
  for await (const finding of doctor({ flags, env: process.env })) {
    healthy &&= finding.state !== 'bad'
    say(
      `${{ good: 'ok  ', odd: 'hm  ', bad: 'FAIL' }[finding.state]} ${finding.what}${finding.remedy ? ` — ${finding.remedy}` : ''}`,
    )
  }
  return healthy ? DONE : FAILED
}

async function runConfigCheck(_: readonly string[], flags: readonly string[]): Promise<number> {
  const { settings, file } = await load(flags, { backends: [] })
  const missing = await missingSeeds(settings)
  if (missing.length > 0) throw misconfigured(missing)
  warnUnheard(settings)
  return say(file === undefined ? 'the configuration is right (there is no file)' : `${file} is right`)
}

async function runConfigPrint(_: readonly string[], flags: readonly string[]): Promise<number> {
  return say(JSON.stringify(redacted(await settingsOf(flags)), null, 2))
}

async function runAgentAdd([email, ...names]: readonly string[], flags: readonly string[]): Promise<number> {
  const name = names.join(' ')
  if (email === undefined || name === '') {
    complain('hutong agent add <email> <name>: the e-mail address and the name are needed')
    return MISUSED
  }
  const { data } = await settingsOf(flags)
  const given = await askPassword()
  const { password } = await addAgent(data, { email, name, ...(given === '' ? {} : { password: given }) })
  return say(`${name} may sign in as ${email}${given === '' ? `\npassword, shown this once: ${password}` : ''}`)
}

/** Empty when none was given and one is to be made. */
async function askPassword(): Promise<string> {
  if (!process.stdin.isTTY) return (await text(process.stdin)).trim()
  process.stderr.write('Password (empty: one is made): ')
  process.stdin.setRawMode(true).setEncoding('utf8')
  let typed = ''
  for await (const keys of process.stdin as AsyncIterable<string>) {
    for (const key of keys.split('\r')[0] ?? '') {
      if (key === INTERRUPT) process.exit(FAILED)
      typed = key === BACKSPACE ? typed.slice(0, -1) : typed + key
    }
    if (keys.includes('\r')) break
  }
  process.stdin.setRawMode(false)
  process.stderr.write('\n')
  return typed
}

/** For commands that sign nothing. */
async function settingsOf(flags: readonly string[]): Promise<Settings> {
  return (await load(flags, { needsSecret: false })).settings
}

function load(flags: readonly string[], more: Partial<Sources>): Promise<Loaded> {
  return loadConfig({ flags, env: process.env, ...more })
}

function say(line: string): number {
  process.stdout.write(`${line}\n`)
  return DONE
}

function complain(line: string): void {
  process.stderr.write(`${line}\n`)
}

const given = process.argv.slice(2)
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  // Whoever read has seen enough, as in `hutong doctor | head`; a relay goes on.
  if (given[0] !== 'serve') process.exit(process.exitCode ?? DONE)
})
try {
  process.exitCode = await main(given)
} catch (thrown) {
  const error = toHutongError(thrown)
  const start = given[0] === 'serve' ? 'hutong cannot start, the configuration is wrong' : 'the configuration is wrong'
  if (error.code === 'misconfigured') complain(`${start}:\n${error.message}`)
  else complain(error.code === 'internal' ? String((thrown as Error).stack) : error.message)
  process.exitCode = error.code === 'misconfigured' ? MISUSED : FAILED
}
