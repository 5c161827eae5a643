import { nearest } from '@hutong/core/nearest'
import { didYouMean } from '@hutong/core/value-words'
import { channelMistakes } from './channel-settings.ts'
import type { Settings } from './config.ts'
import type { Partly } from './settings-tree.ts'

export interface Mistake {
  path: readonly PropertyKey[]
  message: string
}

/** What one setting demands of another, as far as they could be read. */
export function contradictions(config: Partly<Settings>): Mistake[] {
  const keys = (config.sites ?? []).map((one) => one?.key)
  return [
    ...secretMistakes(config),
    ...siteMistakes(config),
    ...tokenMistakes(config, keys),
    ...alertMistakes(
      config,
      keys.filter((key) => key !== undefined),
    ),
    ...channelMistakes(
      (config.channels ?? []).map((one) => one ?? {}),
      keys.filter((key) => key !== undefined),
    ),
  ]
}

function secretMistakes({ mode, secret }: Partly<Settings>): Mistake[] {
  if (mode === 'development' || secret !== undefined) return []
  return [{ path: ['secret'], message: 'is needed in production; make one with: openssl rand -base64 48' }]
}

function siteMistakes({ sites = [], limits }: Partly<Settings>): Mistake[] {
  const keys = sites.map((one) => one?.key)
  const ids = sites.map((one) => one?.id ?? one?.key)
  const sameKey = repeated(keys)
  const sameId = repeated(ids).filter((at) => !sameKey.includes(at))
  const most = limits?.uploadBytes
  return [
    ...sameKey.map((at) => ({ path: ['sites', at, 'key'], message: `"${keys[at]}" is used by another site` })),
    ...sameId.map((at) => ({ path: ['sites', at, 'id'], message: `"${ids[at]}" is used by another site` })),
    ...sites.flatMap((one, at) => afterTheEnd(one?.routing ?? [], ['sites', at, 'routing'])),
    ...sites.flatMap((one, at) =>
      floorMistakes(one ?? {}).map((message) => ({ path: ['sites', at, 'floor'], message })),
    ),
    ...sites.flatMap((one, at) => {
      const bytes = one?.uploads?.maxBytes
      if (bytes === undefined || most === undefined || bytes <= most) return []
      return [{ path: ['sites', at, 'uploads', 'maxBytes'], message: `is above limits.uploadBytes, ${most}` }]
    }),
  ]
}

/** The desk passes nothing on. */
function afterTheEnd(routing: readonly (string | undefined)[], path: readonly PropertyKey[]): Mistake[] {
  const end = routing.indexOf('desk')
  const behind = end < 0 ? [] : routing.slice(end + 1).filter((step) => step !== undefined)
  if (behind.length === 0) return []
  const named = behind.map((step) => `"${step}"`).join(', ')
  return [{ path, message: `nothing reaches ${named} behind "desk", the end of every chain; put "desk" last` }]
}

function floorMistakes({ floor, routing }: Partly<Settings['sites'][number]>): string[] {
  if (!floor) return []
  if (floor.backTo !== undefined && floor.backToBotAfterMs === undefined) return ['backTo needs backToBotAfterMs']
  const bots = (routing ?? []).filter((name) => name !== 'desk')
  const nowhere = floor.backToBotAfterMs !== undefined && floor.backTo === undefined && bots.length === 0
  return nowhere ? ['backToBotAfterMs needs a backend in routing, or backTo'] : []
}

function tokenMistakes({ tokens = [] }: Partly<Settings>, keys: readonly (string | undefined)[]): Mistake[] {
  const names = tokens.map((one) => one?.name)
  const known = keys.filter((key) => key !== undefined)
  return [
    ...repeated(names).map((at) => ({
      path: ['tokens', at, 'name'],
      message: `"${names[at]}" is used by another token`,
    })),
    ...tokens.flatMap((one, at) =>
      (one?.sites ?? [])
        .filter((key) => key !== undefined && !known.includes(key))
        .map((key = '') => ({
          path: ['tokens', at, 'sites'],
          message: `there is no site "${key}"${didYouMean(nearest(key, known))}`,
        })),
    ),
  ]
}

function alertMistakes({ alerts = [] }: Partly<Settings>, known: readonly string[]): Mistake[] {
  const ids = alerts.map((one) => one?.key)
  return [
    ...repeated(ids).map((at) => ({ path: ['alerts', at, 'key'], message: 'is the robot of another alert' })),
    ...alerts.flatMap((one, at) =>
      one?.site === undefined || known.includes(one.site)
        ? []
        : [{ path: ['alerts', at, 'site'], message: `there is no site "${one.site}"` }],
    ),
  ]
}

/** Steps of routing chains, and where the floor is to go back to, that no backend answers to. A mistake lists those that are `shown`. */
export function unroutable(
  { sites = [] }: Partly<Pick<Settings, 'sites'>>,
  backends: readonly string[],
  shown: readonly string[] = backends,
): Mistake[] {
  const there = [...backends, 'desk']
  const names = shown.length === 0 ? 'is only desk' : `are ${shown.join(', ')} and desk`
  const missing = (step: string | undefined, path: readonly PropertyKey[]) =>
    step === undefined || there.includes(step)
      ? []
      : [{ path, message: `there is no backend "${step}"; there ${names}${didYouMean(nearest(step, there))}` }]
  return sites.flatMap((one, at) => [
    ...(one?.routing ?? []).flatMap((step) => missing(step, ['sites', at, 'routing'])),
    ...missing(one?.floor?.backTo, ['sites', at, 'floor', 'backTo']),
  ])
}

/** Where a value stands that stood further up already. */
function repeated(values: readonly (string | undefined)[]): number[] {
  return values.flatMap((value, at) => (value !== undefined && values.indexOf(value) < at ? [at] : []))
}
