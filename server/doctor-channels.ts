import type { Config, Settings } from './config.ts'
import type { Finding } from './finding.ts'

/** Tries every channel as its platform stands now. The code of a kind is loaded only when a channel is of it. */
export async function* doctorChannels(settings: Settings): AsyncIterable<Finding> {
  const config: Config = { ...settings, secret: settings.secret ?? '' }
  for (const channel of settings.channels) {
    if (channel.kind === 'email') {
      const { doctorEmail } = await import('./doctor-email.ts')
      yield* doctorEmail(config, channel)
    } else if (channel.kind === 'wechaty') {
      const remedy = 'WeChat may ban the account at any time; wecom-kf is the road that it allows'
      yield {
        state: 'odd',
        what: `channel ${channel.id}: only its running relay knows whether it is logged in`,
        remedy,
      }
    } else {
      const { doctorTencent } = await import('./doctor-tencent.ts')
      yield* doctorTencent(channel, settings.publicUrl)
    }
  }
}
