import { HutongError } from '@hutong/core/errors'
import type { Bot, Box } from './bot.ts'

/** A puppet by the name of its npm package, and what it wants to know. */
export interface NamedPuppet {
  puppet: string
  options?: Readonly<Record<string, unknown>>
  /** The file that the login is kept in, `.memory-card.json` is added; without it every start asks for a scan. */
  memory?: string
}

export interface Loaded {
  bot: Bot
  box(bytes: Uint8Array, name: string): Box
}

/** Loads what is installed beside the relay. Rejects with `misconfigured`, which names what is missing. */
export async function loadBot(wanted: (() => Promise<Bot>) | NamedPuppet): Promise<Loaded> {
  const { FileBox } = await installed('file-box', () => import('file-box'))
  const box = (bytes: Uint8Array, name: string): Box => FileBox.fromBuffer(Buffer.from(bytes), name)
  const bot = typeof wanted === 'function' ? await made(wanted) : await build(wanted)
  return { bot, box }
}

async function made(factory: () => Promise<Bot>): Promise<Bot> {
  try {
    return await factory()
  } catch (cause) {
    throw new HutongError('misconfigured', `the bot could not be made: ${wordsOf(cause)}`, { cause })
  }
}

async function build({ puppet: name, options = {}, memory }: NamedPuppet): Promise<Bot> {
  const { WechatyBuilder } = await installed('wechaty', () => import('wechaty'))
  const Puppet = puppetIn(await installed<unknown>(name, () => import(name)))
  if (Puppet === undefined) throw new HutongError('misconfigured', `the package ${name} is no puppet of Wechaty`)
  return made(async () => {
    const puppet = new Puppet(options) as never
    return WechatyBuilder.build({ puppet, ...(memory === undefined ? {} : { name: memory }) })
  })
}

type PuppetMaker = new (options: Readonly<Record<string, unknown>>) => unknown

/** A package of CommonJS has its default export one step deeper. */
function puppetIn(module: unknown): PuppetMaker | undefined {
  const inner = defaultOf(module)
  const found = typeof inner === 'function' ? inner : defaultOf(inner)
  return typeof found === 'function' ? (found as PuppetMaker) : undefined
}

function defaultOf(module: unknown): unknown {
  return typeof module === 'object' && module !== null && 'default' in module ? module.default : undefined
}

async function installed<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (cause) {
    throw new HutongError(
      'misconfigured',
      `${name} could not be loaded (${wordsOf(cause)}); install it beside the relay: npm install wechaty file-box <puppet>`,
      { cause },
    )
  }
}

function wordsOf(thrown: unknown): string {
  const words = thrown instanceof Error ? thrown.message : String(thrown)
  return words.split('\n', 1)[0]?.slice(0, 300) ?? ''
}

const KINDS: readonly (readonly [RegExp, 'throttled' | 'unreachable' | 'unavailable' | 'gone' | 'rejected'])[] = [
  [/too (fast|frequent|many)|rate limit|频繁/i, 'throttled'],
  [/ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH/, 'unreachable'],
  [/not log(ged)?[ -]?in|log(ged)? ?out/i, 'unavailable'],
  [
    /not (your |a )?friend|not in (the )?room|blocked|拉黑|不是.{0,8}(好友|朋友)|(contact|room).{0,20}not (found|exist)/i,
    'gone',
  ],
  [/unsupported|not (supported|implemented)|too (large|long)|refused/i, 'rejected'],
]

/**
 * What a puppet's error means when the message was surely not sent; undefined when it may have been. Puppets have words for their errors,
 * and no codes.
 */
export function refusalOf(thrown: unknown): HutongError | undefined {
  const words = wordsOf(thrown)
  const found = KINDS.find(([pattern]) => pattern.test(words))
  return found && new HutongError(found[1], `the puppet refused: ${words}`, { cause: thrown })
}

/** Rejects with `timeout` when the puppet says nothing for so long. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new HutongError('timeout', 'the puppet did not answer')), ms)
  try {
    return await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
  }
}
