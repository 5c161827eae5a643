import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { addAgent } from '@hutong/server/add-agent'
import { type ConfigInput, settings } from '@hutong/server/config'
import { withSecret } from '@hutong/server/load-config'
import { serve } from '@hutong/server/serve'
import { type ChosenModel, chooseModel } from './choose-model.ts'
import { type DemoModel, demoConfig, SITE } from './demo-config.ts'
import { serveShop } from './shop.ts'
import type { SimulatedWeChat } from './simulate-wechat.ts'

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
  /** Settings over the demonstration's own; channels are added to them. */
  over?: Partial<ConfigInput>
  /** What is simulated beside the relay. The platform forgets everything at its end, so `data` must be new. */
  beside?: 'wechat' | 'nothing'
  /** A language model that answers in place of the shop's articles. */
  model?: DemoModel
}

export interface Demo {
  shop: string
  relay: string
  desk: string
  agents: { email: string; name: string; password: string }[]
  /** Only beside WeChat. */
  wechat: SimulatedWeChat | undefined
  close(): Promise<void>
}

/** The shop, the relay and the desk, each on its own address of this machine. */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const { data, port, shopPort, over = {}, beside = 'nothing', model } = options
  let relay = ''
  const shop = await serveShop({ port: shopPort, site: SITE, relay: () => relay })
  const wechat = beside === 'wechat' ? await openWeChat() : undefined
  const leave = async () => {
    await wechat?.close()
    await shop.close()
  }
  try {
    const channels = [...(wechat?.channels ?? []), ...(over.channels ?? [])]
    const own = demoConfig({ data, port, shop: shop.url, ...(model && { model }) })
    const config = await withSecret(settings.parse({ ...own, ...over, channels }))
    const agents = await agentsOf(config.data)
    const running = await serve(config, wechat && { clock: wechat.clock })
    relay = running.url
    wechat?.callback(relay)
    return {
      shop: shop.url,
      relay,
      desk: `${relay}/desk/`,
      agents,
      wechat,
      async close() {
        await running.close()
        await leave()
      },
    }
  } catch (error) {
    await leave()
    throw error
  }
}

async function openWeChat(): Promise<SimulatedWeChat> {
  const { simulateWeChat } = await import('./simulate-wechat.ts')
  return simulateWeChat({ site: SITE })
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

const HELP = `
  npm start -- [options]            a shop with a chat, the relay behind it and its desk, on this machine

  --port <number>                   where the relay and the desk listen (8787); 0 for any free port
  --shop-port <number>              where the shop listens (5280)
  --data <folder>                   where everything is kept (demo/.data)
  --wechat                          a simulated WeChat beside the shop; nothing is kept then
  --model simulated                 a simulated language model answers: no intelligence, it quotes the shop’s articles
  --model <address>                 a language model answers, such as http://127.0.0.1:11434/v1;
                                    its key, if it needs one, comes from OPENAI_API_KEY
  --model-name <name>               which model of that address
  --help                            this
`

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8787' },
      'shop-port': { type: 'string', default: '5280' },
      data: { type: 'string' },
      wechat: { type: 'boolean', default: false },
      model: { type: 'string' },
      'model-name': { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(HELP)
    return
  }
  if (values.wechat && values.data !== undefined)
    throw new Error('--wechat keeps nothing, for neither does the simulated WeChat; leave out --data')
  const ports = { port: portOf('--port', values.port), shopPort: portOf('--shop-port', values['shop-port']) }
  const chosen = await modelOf(values.model, values['model-name'])
  const passing = values.wechat ? await mkdtemp(join(tmpdir(), 'hutong-wechat-')) : undefined
  const data = passing ?? values.data ?? join(import.meta.dirname, '.data')
  const forget = async () => {
    await chosen?.close()
    if (passing !== undefined) await rm(passing, { recursive: true, force: true })
  }
  const beside = values.wechat ? 'wechat' : 'nothing'
  const demo = await startDemo({ ...ports, data, beside, ...(chosen && { model: chosen.model }) }).catch(
    async (thrown: unknown) => {
      await forget()
      throw thrown
    },
  )
  const end = passing === undefined ? `what was said is kept in ${data}` : 'nothing is kept'
  if (chosen?.warning !== undefined) process.stderr.write(`\n  ${chosen.warning}\n`)
  process.stdout.write(told(demo, { answering: answering(chosen?.model), end }))
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => {
      demo
        .close()
        .then(forget)
        .then(() => process.exit(0), fail)
    })
}

/** The key comes from the environment alone: flags are seen by everybody on the machine. */
async function modelOf(model: string | undefined, name: string | undefined): Promise<ChosenModel | undefined> {
  if (model !== undefined) return chooseModel({ model, name, apiKey: process.env.OPENAI_API_KEY || undefined })
  if (name !== undefined) throw new Error('--model-name needs --model: the address of the endpoint that has it')
  return undefined
}

function answering(model: DemoModel | undefined): string {
  if (model === undefined) return 'The shop’s articles answer first, then people at the desk.'
  if (model.model === 'simulated')
    return 'A simulated language model answers: no intelligence, it quotes the shop’s articles.'
  return `The language model ${model.model} at ${model.baseUrl} answers first.`
}

/** Where everything is, for the person at the terminal. */
function told({ shop, desk, agents, wechat }: Demo, { answering, end }: { answering: string; end: string }): string {
  const phones = wechat
    ? `
  A phone at the 公众号             ${wechat.phones.gzh}
  A phone at 微信客服               ${wechat.phones.kf}
`
    : ''
  return `
  The shop, as a customer sees it   ${shop}/     (中文 ${shop}/zh/)
  The desk, as agents see it        ${desk}
  Sign in as                        ${agents.map(({ email }) => email).join(' or ')}
  with the password                 ${agents.map(({ password }) => password).join(' or ')}
${phones}
  ${answering}
  Ctrl+C ends it; ${end}
`
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
