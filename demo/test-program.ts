import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer, connect as dial } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Block } from './docs-blocks.ts'

/** A program of the documentation that runs. */
export interface Program {
  /** What it printed so far. */
  said(): string
  close(): Promise<void>
}

export interface ProgramOptions {
  block: Block
  env: Readonly<Record<string, string>>
  /** Where it is expected to listen; absent for a program that only calls. */
  port?: number
}

const PACKAGES: Readonly<Record<string, string>> = { python3: 'python3', php: 'php-cli' }

/** Starts the program as its page says. Resolves once it listens, where it does; rejects with what it printed when it ends before. */
export async function startProgram({ block, env, port }: ProgramOptions): Promise<Program> {
  const [command, ...args] = commandOf(block, port)
  if (command in PACKAGES && spawnSync(command, ['--version']).error)
    throw new Error(`${block.page} has a program for ${command}: run "sudo apt-get install ${PACKAGES[command]}"`)
  const child = spawn(command, args, {
    env: { ...process.env, ...env, ...(port !== undefined && { PORT: String(port) }), PYTHONUNBUFFERED: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += chunk))
  const said = () => printed
  if (port !== undefined) await listening(port, child, said)
  return {
    said,
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'close')
    },
  }
}

function commandOf({ language, info, file }: Block, port: number | undefined): [string, ...string[]] {
  if (language === 'python') return ['python3', file]
  if (language === 'php') return ['php', ...(info === 'webhook' ? ['-S', `127.0.0.1:${port}`] : []), file]
  return [process.execPath, file]
}

async function listening(port: number, child: ChildProcess, said: () => string): Promise<void> {
  const end = Date.now() + 20_000
  while (Date.now() < end) {
    if (child.exitCode !== null) throw new Error(`the program ended by itself: ${said()}`)
    if (await answers(port)) return
    await pause(20)
  }
  throw new Error(`the program did not listen on port ${port}: ${said()}`)
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = dial(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}
