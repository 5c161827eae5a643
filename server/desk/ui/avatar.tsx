import { initials, tintOf } from '../model/naming.ts'
import { Icon, type IconName } from './icons.tsx'

const TINTS = 6
const CHANNEL_ICONS: Readonly<Record<string, IconName>> = { web: 'globe', email: 'mail' }

export interface AvatarProps {
  id: string
  name: string
  /** Marks the channel in the corner. */
  channel?: string
  small?: boolean
  bot?: boolean
}

export function Avatar({ id, name, channel, small, bot }: AvatarProps) {
  return (
    <span class={`avatar tint-${tintOf(id, TINTS)}${small ? ' small' : ''}`} aria-hidden="true">
      {bot ? <Icon name="bot" /> : initials(name)}
      {channel !== undefined && (
        <span class="channel-mark">
          <Icon name={CHANNEL_ICONS[channel] ?? 'globe'} />
        </span>
      )}
    </span>
  )
}
