import type { Backend } from '@hutong/core/backend'
import { HutongError } from '@hutong/core/errors'
import { parse } from '@hutong/core/parse'
import { createKeywordBackend, keywordOptions } from './backends/keyword.ts'
import type { Settings } from './config.ts'

/** Each backend the relay brings along, from its own settings. */
const BACKENDS: Readonly<Record<string, (name: string, options: Record<string, unknown>) => Backend>> = {
  keyword: (name, options) => createKeywordBackend(name, parse(keywordOptions, options)),
}

/** The backends that are configured or stand in a routing chain. Rejects settings that theirs does not take with `misconfigured`. */
export function configuredBackends(config: Settings): Backend[] {
  const unknown = Object.keys(config.backends).find((name) => !Object.hasOwn(BACKENDS, name))
  if (unknown !== undefined)
    throw new HutongError(
      'misconfigured',
      `backends.${unknown}: there is none of that name, only ${Object.keys(BACKENDS).join(', ')}`,
    )
  const wanted = new Set([...Object.keys(config.backends), ...config.sites.flatMap((site) => site.routing)])
  return Object.entries(BACKENDS)
    .filter(([name]) => wanted.has(name))
    .map(([name, create]) => {
      try {
        return create(name, config.backends[name] ?? {})
      } catch (cause) {
        throw new HutongError('misconfigured', `backends.${name}.${(cause as Error).message}`, { cause })
      }
    })
}
