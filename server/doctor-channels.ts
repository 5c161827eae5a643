import type { Config, Settings } from './config.ts'
import type { Finding } from './finding.ts'

/** Tries every channel as its platform stands now. The code of a kind is loaded only when a channel is of it. */
export async function* doctorChannels(settings: Settings): AsyncIterable<Finding> {
  if (settings.channels.length === 0) return
  const { doctorEmail } = await import('./doctor-email.ts')
  const config: Config = { ...settings, secret: settings.secret ?? '' }
  for (const channel of settings.channels) yield* doctorEmail(config, channel)
}
