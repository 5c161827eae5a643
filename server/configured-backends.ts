import type { Backend } from '@hutong/core/backend'
import { nearest } from '@hutong/core/nearest'
import { didYouMean, mistakesOf, settingWords } from '@hutong/core/value-words'
import type { z } from 'zod'
import { createFlowBackend } from './backends/flow/flow.ts'
import { handoffsIn } from './backends/flow/flow-mistakes.ts'
import { flowOptions } from './backends/flow/flow-options.ts'
import { createKeywordBackend, keywordOptions } from './backends/keyword.ts'
import { createKnowledgeBackend } from './backends/knowledge/knowledge.ts'
import { knowledgeOptions } from './backends/knowledge/knowledge-options.ts'
import { createOpenaiBackend } from './backends/openai/openai.ts'
import { openaiOptions } from './backends/openai/openai-options.ts'
import { createPullBackend, pullOptions } from './backends/pull.ts'
import { createRasaBackend } from './backends/rasa/rasa.ts'
import { rasaOptions } from './backends/rasa/rasa-options.ts'
import { createSocketBackend, socketOptions } from './backends/socket.ts'
import { createWebhookBackend } from './backends/webhook/webhook.ts'
import { webhookOptions } from './backends/webhook/webhook-options.ts'
import { misconfigured, type Settings } from './config.ts'
import { type Mistake, unroutable } from './contradictions.ts'
import type { Partly } from './settings-tree.ts'

/** Makes a backend of its settings and opens nothing: that is for `open`. */
type Make = (name: string, options: unknown) => Backend | Mistake[]

/** Each kind of backend the relay brings along, from its own settings. */
const KINDS: Readonly<Record<string, Make>> = {
  flow: brought(flowOptions, createFlowBackend),
  keyword: brought(keywordOptions, createKeywordBackend),
  knowledge: brought(knowledgeOptions, createKnowledgeBackend),
  openai: brought(openaiOptions, createOpenaiBackend),
  pull: brought(pullOptions, createPullBackend),
  rasa: brought(rasaOptions, createRasaBackend),
  socket: brought(socketOptions, createSocketBackend),
  webhook: brought(webhookOptions, createWebhookBackend),
}

const NAMES = Object.keys(KINDS)

/** The kinds that come to the relay by themselves, and show a token to be let in. */
const COMING = ['pull', 'socket']

type Chosen = Partly<Pick<Settings, 'sites' | 'backends' | 'tokens'>>

/** What is wrong with the settings of backends and with routing chains, where `own` stand beside those the relay brings. */
export function backendMistakes(config: Chosen, own: readonly string[]): Mistake[] {
  const configured = Object.keys(config.backends ?? {})
  return [
    ...configured.flatMap((name) => kindMistakes(name, config)),
    ...wanted(config).flatMap((name) => [
      ...mistakesIn(make(name, config)),
      ...strayHandoffs(name, config, [...wanted(config), ...own]),
      ...tokenMistakes(name, config),
    ]),
    ...unroutable(
      config,
      [...new Set([...NAMES, ...configured, ...own])],
      [...new Set([...ready(), ...configured, ...own])],
    ),
  ]
}

/** The backends that are configured or stand in a routing chain. Rejects settings that theirs does not take, and chains that lead to nobody, with `misconfigured`. */
export function configuredBackends(config: Settings, own: readonly Backend[] = []): Backend[] {
  const mistakes = backendMistakes(
    config,
    own.map(({ name }) => name),
  )
  if (mistakes.length > 0) throw misconfigured(mistakes)
  const made = wanted(config).map((name) => make(name, config))
  return [...made.flatMap((one) => (Array.isArray(one) ? [] : [one])), ...own]
}

/** Kinds that need no settings to stand in a routing chain under their own name. */
function ready(): string[] {
  return NAMES.filter((name) => !COMING.includes(name) && !Array.isArray(make(name, {})))
}

/** A configured backend that is asked by nobody, and what to do about it. */
export interface Unheard {
  name: string
  why: string
  remedy: string
}

/** Configured backends that no routing leads to, no flow hands over to, and that do not hear everything. Rejects what `configuredBackends` rejects. */
export function unheard(config: Settings): Unheard[] {
  const led = config.sites.flatMap(({ routing, floor }) => [...routing, floor.backTo])
  const flows = Object.entries(config.backends).filter(([name]) => kindOf(name, config) === 'flow')
  const given = flows.flatMap(([, options]) => handoffsIn(options).map(({ bot }) => bot))
  return configuredBackends(config).flatMap(({ name, hears = 'floor' }) => {
    if (hears === 'everything' || [...led, ...given].includes(name)) return []
    const all = kindOf(name, config) === 'webhook' ? ', or set its "hears" to "everything"' : ''
    return [
      {
        name,
        why: 'is asked only if another bot hands over to it: it stands in no routing',
        remedy: `put "${name}" before "desk" in the routing of a site${all}`,
      },
    ]
  })
}

/** All that are configured, and those in routing chains that need no settings. */
function wanted({ backends = {}, sites = [] }: Chosen): string[] {
  const routed = sites.flatMap((site) => site?.routing ?? []).filter((name) => name !== undefined)
  return [...new Set([...Object.keys(backends), ...routed.filter((name) => NAMES.includes(name))])]
}

/** The kind is the backend's name where its settings say nothing else. */
function kindOf(name: string, { backends = {} }: Chosen): unknown {
  return backends[name]?.kind ?? name
}

function kindMistakes(name: string, config: Chosen): Mistake[] {
  const kind = kindOf(name, config)
  if (typeof kind === 'string' && NAMES.includes(kind)) return []
  const said = config.backends?.[name]?.kind !== undefined
  const others = Object.keys(config.backends ?? {}).filter((one) => one !== name)
  const near = typeof kind === 'string' ? didYouMean(nearest(kind, said ? NAMES : [...others, ...NAMES])) : ''
  return [
    {
      path: said ? ['backends', name, 'kind'] : ['backends', name],
      message: said
        ? `must be one of ${NAMES.join(', ')}${near}`
        : `there is none of that name, only ${NAMES.join(', ')}${near}; a name of your own needs "kind"`,
    },
  ]
}

function tokenMistakes(name: string, config: Chosen): Mistake[] {
  const kind = String(kindOf(name, config))
  const names = (config.tokens ?? []).flatMap((token) => token?.name ?? [])
  const there = names.includes(name)
  if (there) return [...COMING, 'webhook'].includes(kind) ? closedSites(name, config) : []
  if (!COMING.includes(kind)) return []
  return [
    {
      path: ['backends', name],
      message: `comes to the relay with a token called "${name}", and there is none in tokens${didYouMean(nearest(name, names))}${nearest(name, names) === undefined ? ';' : ' Rename that token, or'} make one with: hutong token new ${name}`,
    },
  ]
}

/** Steps of a flow that hand over to a backend which nobody hears of, or to the flow itself. */
function strayHandoffs(name: string, config: Chosen, there: readonly string[]): Mistake[] {
  if (kindOf(name, config) !== 'flow') return []
  const others = there.filter((one) => one !== name)
  const names =
    others.length === 0 ? 'there is no other one' : `there ${others.length === 1 ? 'is' : 'are'} ${others.join(', ')}`
  return handoffsIn(config.backends?.[name]).flatMap(({ path, bot }) => {
    if (others.includes(bot)) return []
    const message =
      bot === name
        ? 'is this flow itself; go on with "next" or a step of the kind "goto"'
        : `there is no backend "${bot}"; ${names}${didYouMean(nearest(bot, others))}`
    return [{ path: ['backends', name, ...path], message }]
  })
}

/** Sites that lead to a backend whose token does not let it in there. */
function closedSites(name: string, { sites = [], tokens = [] }: Chosen): Mistake[] {
  const at = tokens.findIndex((token) => token?.name === name)
  const open = tokens[at]?.sites
  if (open === undefined) return []
  return sites.flatMap((site) => {
    const leads = [...(site?.routing ?? []), site?.floor?.backTo].includes(name)
    if (!leads || site?.key === undefined || open.includes(site.key)) return []
    const message = `the routing of site "${site.key}" leads to "${name}", and its token may not enter that site; add "${site.key}", or take the backend out of that routing`
    return [{ path: ['tokens', at, 'sites'], message }]
  })
}

function make(name: string, config: Chosen): Backend | Mistake[] {
  const { kind: _, ...options } = config.backends?.[name] ?? {}
  return KINDS[String(kindOf(name, config))]?.(name, options) ?? []
}

function mistakesIn(made: Backend | Mistake[]): Mistake[] {
  return Array.isArray(made) ? made : []
}

function brought<T>(schema: z.ZodType<T>, create: (name: string, options: T) => Backend): Make {
  return (name, options) => {
    const result = schema.safeParse(options, { error: settingWords })
    if (result.success) return create(name, result.data)
    return mistakesOf(result.error).map(({ path, message }) => ({ path: ['backends', name, ...path], message }))
  }
}
