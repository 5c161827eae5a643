import type { Words } from '../locales/en.ts'
import type { Channel } from './api.ts'

/** The platform of a channel: what its settings say, or else its own name, as of the web. */
export function kindOf(id: string, channels: readonly Channel[]): string {
  return channels.find((one) => one.id === id)?.kind ?? id
}

/** As people call it; of several channels of one platform each is named with its id. */
export function channelName(id: string, channels: readonly Channel[], words: Words): string {
  const kind = kindOf(id, channels)
  const name = words.channels[kind]
  if (name === undefined) return id
  return channels.filter((one) => one.kind === kind).length > 1 ? `${name} (${id})` : name
}

/** The program in which a person of ours writes on this channel when it is not this desk. */
export function appName(id: string, channels: readonly Channel[], words: Words): string {
  return words.apps[kindOf(id, channels)] ?? channelName(id, channels, words)
}
