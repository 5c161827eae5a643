import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { addAgent } from '@hutong/server/add-agent'
import { type ConfigInput, settings } from '@hutong/server/config'
import { withSecret } from '@hutong/server/load-config'
import { serve } from '@hutong/server/serve'
import { demoConfig, SITE } from './demo-config.ts'
import { serveShop } from './shop.ts'

const AGENTS = [
  { email: 'anna@courtyard.example', name: 'Anna' },
  { email: 'ben@courtyard.example', name: 'Ben' },
]

export interface DemoOptions {
  /** Folder of the database, the secret and the agents' passwords; all made at the first start. */
  data: string
  /** 0 for any free one. */
  port: number
  shopPort: number
  /** Settings over the demonstration's own. */
  over?: Partial<ConfigInput>
}

export interface Demo {
  shop: string
  relay: string
  desk: string
  agents: { email: string; name: string; password: string }[]
  close(): Promise<void>
}

/** The shop, the relay and the desk, each on its own address of this machine. */
export async function startDemo({ data, port, shopPort, over = {} }: DemoOptions): Promise<Demo> {
  let relay = ''
  const shop = await serveShop({ port: shopPort, site: SITE, relay: () => relay })
  try {
    const config = await withSecret(settings.parse({ ...demoConfig({ data, port, shop: shop.url }), ...over }))
    const agents = await agentsOf(config.data)
    const running = await serve(config)
    relay = running.url
    return {
      shop: shop.url,
      relay,
      desk: `${relay}/desk/`,
      agents,
      async close() {
        await running.close()
        await shop.close()
      },
    }
  } catch (error) {
    await shop.close()
    throw error
  }
}

/** The demonstration's agents, with passwords of this machine's own that only its user can read. */
async function agentsOf(data: string): Promise<Demo['agents']> {
  const path = join(data, 'agents.json')
  const kept = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (kept !== undefined) return JSON.parse(kept)
  const agents = []
  for (const agent of AGENTS) agents.push({ ...agent, password: (await addAgent(data, agent)).password })
  await writeFile(path, JSON.stringify(agents), { mode: 0o600 })
  return agents
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8787' },
      'shop-port': { type: 'string', default: '5280' },
      data: { type: 'string', default: join(import.meta.dirname, '.data') },
    },
  })
  const demo = await startDemo({
    data: values.data,
    port: portOf('--port', values.port),
    shopPort: portOf('--shop-port', values['shop-port']),
  })
  const [agent] = demo.agents
  process.stdout.write(`
  The shop, as a customer sees it   ${demo.shop}/     (中文 ${demo.shop}/zh/)
  The desk, as agents see it        ${demo.desk}
  Sign in as                        ${demo.agents.map(({ email }) => email).join(' or ')}
  with the password                 ${agent?.password}${demo.agents.length > 1 ? ` or ${demo.agents[1]?.password}` : ''}

  Ctrl+C ends it; what was said is kept in ${values.data}
`)
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => {
      demo.close().then(() => process.exit(0), fail)
    })
}

function portOf(flag: string, text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text)
  throw new Error(`${flag} "${text}" is no port; give a number from 0 to 65535, 0 for any free one`)
}

/** What the relay calls its listen.port is a flag here. */
function fail(error: unknown): never {
  const message = error instanceof Error ? error.message : String(error)
  process.stderr.write(`${message.replace('another listen.port', 'another with --port')}\n`)
  process.exit(1)
}

if (import.meta.main) await main().catch(fail)
