import type { Participant } from '@hutong/core/entry'
import { Avatar } from './avatar.tsx'
import { isTouch } from './frame.ts'
import { CLOSE, Icon, MENU } from './icons.tsx'
import { PopoverButton } from './popover-button.tsx'
import { type Scope, useScope } from './scope.ts'

export function Header() {
  const scope = useScope()
  const { options, onClose, locale } = scope
  const agent = agentOf(scope)
  const name = agent?.name ?? options.title ?? scope.chat.site.value?.name ?? locale.words.chat
  const { words: presence, tone } = presenceOf(scope)
  return (
    <div class="header" part="header">
      <Avatar who={agent ?? { kind: 'system', id: 'site', name }} />
      <div class="who">
        <h2>{name}</h2>
        <p class={`presence ${tone}`}>{presence}</p>
      </div>
      {!isTouch() && <PopoverButton path={MENU} label={locale.words.menu} load={loadMenu} />}
      {options.placement !== 'inline' && (
        <button type="button" class="icon-button" aria-label={locale.words.close} onClick={onClose}>
          <Icon path={CLOSE} />
        </button>
      )}
    </div>
  )
}

const loadMenu = async () => (await import('./menu.tsx')).Menu

/** The agent who has the floor, with the picture of the last message. */
function agentOf({ chat, locale }: Scope): Participant | undefined {
  const holder = chat.floor.value?.holder
  if (holder?.kind !== 'agent') return undefined
  const said = chat.items.value.findLast((one) => one.from.kind === 'agent' && one.from.id === holder.id)?.from
  return { kind: 'agent', id: holder.id, name: holder.name ?? locale.words.colleague, ...said }
}

function presenceOf({ chat, locale: { words } }: Scope): { words: string; tone: string } {
  const connection = chat.connection.value
  if (connection === 'refused') return { words: words.closedHere, tone: 'off' }
  if (connection === 'connecting' && !chat.site.value) return { words: words.connecting, tone: 'off' }
  if (connection === 'reconnecting') return { words: words.reconnecting, tone: 'off' }
  const holder = chat.floor.value?.holder.kind
  switch (holder) {
    case 'agent':
      return { words: words.online, tone: 'good' }
    case 'bot':
      return { words: words.assistant, tone: 'good' }
    default:
      if (chat.site.value?.staffed === false) return { words: words.away, tone: 'off' }
      return holder === 'queue' ? { words: words.waiting, tone: 'warn' } : { words: words.here, tone: 'good' }
  }
}
