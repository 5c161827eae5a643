import type { Config, Settings } from './config.ts'
import type { Finding } from './finding.ts'

/** Tries every channel as its platform stands now. The code of a kind is loaded only when a channel is of it. */
export async function* doctorChannels(settings: Settings): AsyncIterable<Finding> {
  const config: Config = { ...settings, secret: settings.secret ?? '' }
  for (const channel of settings.channels) {
    if (channel.kind === 'email') {
      const { doctorEmail } = await import('./doctor-email.ts')
      yield* doctorEmail(config, channel)
    } else {
      const { doctorTencent } = await import('./doctor-tencent.ts')
      yield* doctorTencent(channel, settings.publicUrl)
    }
  }
}
