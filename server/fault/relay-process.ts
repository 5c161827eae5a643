import { type ChildProcess, fork, type StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const CLI = fileURLToPath(new URL('../cli.ts', import.meta.url))
const PLENTY = { perMinute: 1e9, burst: 1e9 }
export const BOT_SAYS = 'It left yesterday.'

/** The real `hutong serve` in a process of its own, always on the same port and data. */
export interface RelayProcess {
  readonly url: string
  readonly database: string
  /** Resolves once it takes connections. */
  start(): Promise<void>
  /** kill -9. */
  kill(): Promise<void>
  /** SIGTERM; resolves with the exit code. */
  terminate(): Promise<number | null>
  /** Whether the process that was started last still runs. */
  alive(): boolean
  /** What it wrote to its standard error so far. */
  complaints(): string
}

export interface ProcessOptions {
  /** What runs in the place of the command line. */
  program?: string
  /** Milliseconds that its clock is ahead when it starts: what a killed relay held is free by then. */
  aheadMs?(): number
}

/** `more` is added to the configuration. */
export async function createRelayProcess(
  folder: string,
  more: object = {},
  { program = CLI, aheadMs = () => 0 }: ProcessOptions = {},
): Promise<RelayProcess> {
  const port = await freePort()
  const data = join(folder, 'data')
  const config = join(folder, 'hutong.config.json')
  await mkdir(data, { recursive: true })
  await writeFile(config, JSON.stringify({ ...configOf(port, data), ...more }))
  let child: ChildProcess | undefined
  let complaints = ''

  async function end(signal: NodeJS.Signals): Promise<number | null> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null
    const gone = once(child, 'exit')
    child.kill(signal)
    const [code] = await gone
    return code
  }

  return {
    url: `http://127.0.0.1:${port}`,
    database: join(data, 'hutong.sqlite'),
    async start() {
      const env = { ...process.env, FAULT_AHEAD_MS: String(aheadMs()) }
      const stdio: StdioOptions = ['ignore', 'ignore', 'pipe', 'ipc']
      child = fork(program, ['serve', '--config', config], { stdio, execArgv: [], env })
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        complaints += text
      })
      const died = once(child, 'exit').then(([code]) => {
        throw new Error(`the relay ended with ${code} before it listened: ${complaints}`)
      })
      await Promise.race([once(child, 'message'), died])
      died.catch(() => {
        // From here on its end is what the test asks for.
      })
    },
    kill: async () => void (await end('SIGKILL')),
    terminate: () => end('SIGTERM'),
    alive: () => child !== undefined && child.exitCode === null && child.signalCode === null,
    complaints: () => complaints,
  }
}

function configOf(port: number, data: string): object {
  const { perMinute, burst } = PLENTY
  const rate = { perMinute, burst }
  return {
    mode: 'production',
    secret: 'a secret of the fault test, long enough to be one',
    listen: { port },
    data,
    sites: [
      { key: 'desk', name: 'People answer' },
      { key: 'bot', name: 'A bot answers', routing: ['keyword', 'desk'] },
    ],
    backends: { keyword: { answers: [{ any: ['parcel'], parts: [{ kind: 'text', text: BOT_SAYS }] }] } },
    websocket: {
      maxSocketsPerIp: 10_000,
      limits: { connects: rate, messages: rate, messagesPerIp: rate, reads: rate, signals: rate, conversations: rate },
    },
    drain: { spreadMs: 200 },
    log: { level: 'warn' },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
