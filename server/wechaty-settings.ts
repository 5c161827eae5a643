import { z } from 'zod'
import { channelId } from './channel-id.ts'

/** Settings of a Wechaty bot: a person's WeChat account, driven by software that WeChat does not allow. */
export const wechatySettings = z.strictObject({
  kind: z.literal('wechaty'),
  id: channelId,
  site: channelId,
  /** The npm package of the puppet, which is installed beside the relay, as `wechaty` itself is. */
  puppet: z.string().regex(/^(@[\w.-]+\/)?[\w.-]+$/, { error: 'must be the name of a puppet’s npm package' }),
  /** What that puppet wants to know (its token); never shown. */
  puppetOptions: z.record(z.string(), z.unknown()).default({}),
  acceptRisk: z.literal(true, {
    error: 'must be true: WeChat may ban the account at any time; wecom-kf is the road that it allows',
  }),
})

export type WechatySettings = z.output<typeof wechatySettings>

/** The channel with everything secret replaced: what a puppet wants to know is its token, or may be. */
export function redactedWechaty(channel: WechatySettings, hidden: string): WechatySettings {
  const options = Object.keys(channel.puppetOptions).map((name) => [name, hidden])
  return { ...channel, puppetOptions: Object.fromEntries(options) }
}
