import type { Contact } from '@hutong/core/conversation'
import type { Participant } from '@hutong/core/entry'
import { kindOf } from '../model/channels.ts'
import { initials, tintOf } from '../model/naming.ts'
import { useDesk } from './desk-context.ts'
import { Icon, type IconName } from './icons.tsx'

const TINTS = 6
const CHANNEL_ICONS: Readonly<Record<string, IconName>> = {
  web: 'globe',
  mail: 'mail',
  email: 'mail',
  wechat: 'wechat',
  wechaty: 'wechat',
  'wecom-kf': 'service',
  wecom: 'wecom',
}

interface AvatarProps {
  id: string
  /** Absent for somebody nobody knows the name of. */
  name?: string | undefined
  /** Marks the channel in the corner. */
  channel?: string | undefined
  small?: boolean
  /** Stands for somebody who is no person. */
  icon?: IconName | undefined
}

export function Avatar({ id, name, channel, small, icon }: AvatarProps) {
  return (
    <span class={`avatar tint-${tintOf(id, TINTS)}${small ? ' small' : ''}`} aria-hidden="true">
      {icon === undefined && name ? initials(name) : <Icon name={icon ?? 'person'} />}
      {channel !== undefined && (
        <span class="channel-mark">
          <ChannelIcon channel={channel} />
        </span>
      )}
    </span>
  )
}

export function ChannelIcon({ channel }: { channel: string }) {
  const { desk } = useDesk()
  return <Icon name={CHANNEL_ICONS[kindOf(channel, desk.channels.value)] ?? 'globe'} />
}

export function ContactAvatar({ contact, channel }: { contact: Contact | undefined; channel?: string | undefined }) {
  return <Avatar id={contact?.id ?? ''} name={contact?.name || contact?.email} channel={channel} />
}

const ICONS = { bot: 'bot', system: 'notice' } as const

/** Whoever speaks in a thread. */
export function SpeakerAvatar({ from, contact }: { from: Participant; contact: Contact | undefined }) {
  const { desk } = useDesk()
  if (from.kind === 'contact') return <Avatar id={contact?.id ?? from.id} name={from.name ?? contact?.name} small />
  const name = from.id === desk.me.id ? desk.me.name : (from.name ?? from.id)
  return <Avatar id={from.id} name={name} small icon={from.kind === 'agent' ? undefined : ICONS[from.kind]} />
}
