import type { Backend } from '@hutong/core/backend'
import type { z } from 'zod'
import { createKeywordBackend, keywordOptions } from './backends/keyword.ts'
import { misconfigured, type Settings } from './config.ts'
import { type Mistake, unroutable } from './contradictions.ts'
import { nearest } from './nearest.ts'
import { didYouMean, settingWords } from './setting-words.ts'
import type { Partly } from './settings-tree.ts'

type Make = (name: string, options: unknown) => Backend | Mistake[]

/** Each backend the relay brings along, from its own settings. */
const BACKENDS: Readonly<Record<string, Make>> = { keyword: brought(keywordOptions, createKeywordBackend) }

const NAMES = Object.keys(BACKENDS)

type Chosen = Partly<Pick<Settings, 'sites' | 'backends'>>

/** What is wrong with the settings of backends and with routing chains, where `own` stand beside those the relay brings. */
export function backendMistakes(config: Chosen, own: readonly string[]): Mistake[] {
  const unknown = Object.keys(config.backends ?? {}).filter((name) => !NAMES.includes(name))
  return [
    ...unknown.map((name) => ({
      path: ['backends', name],
      message: `there is none of that name, only ${NAMES.join(', ')}${didYouMean(nearest(name, NAMES))}`,
    })),
    ...wanted(config).flatMap((name) => mistakesIn(make(name, config))),
    ...unroutable(config, [...new Set([...NAMES, ...own])]),
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

function wanted({ backends = {}, sites = [] }: Chosen): string[] {
  const chosen = new Set([...Object.keys(backends), ...sites.flatMap((site) => site?.routing ?? [])])
  return NAMES.filter((name) => chosen.has(name))
}

function make(name: string, { backends = {} }: Chosen): Backend | Mistake[] {
  return BACKENDS[name]?.(name, backends[name] ?? {}) ?? []
}

function mistakesIn(made: Backend | Mistake[]): Mistake[] {
  return Array.isArray(made) ? made : []
}

function brought<T>(schema: z.ZodType<T>, create: (name: string, options: T) => Backend): Make {
  return (name, options) => {
    const result = schema.safeParse(options, { error: settingWords })
    if (result.success) return create(name, result.data)
    return result.error.issues.map(({ path, message }) => ({ path: ['backends', name, ...path], message }))
  }
}
