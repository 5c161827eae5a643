import { useLayoutEffect, useRef } from 'preact/hooks'
import { type Command, commandsOf, focusOn } from '../model/commands.ts'
import { contactName, holderName } from '../model/naming.ts'
import type { Thread } from '../model/thread.ts'
import { ContactAvatar } from './avatar.tsx'
import { Composer } from './composer.tsx'
import { useDesk } from './desk-context.ts'
import { Icon, type IconName } from './icons.tsx'
import { Log } from './log.tsx'

export function ThreadColumn() {
  const { desk, words } = useDesk()
  const thread = desk.thread.value
  if (!thread)
    return (
      <section class="thread empty-thread">
        <p class="empty-title">{words.choose}</p>
        <p class="quiet">{words.chooseHint}</p>
      </section>
    )
  return (
    <section class="thread" aria-labelledby="thread-name">
      <Head thread={thread} />
      <Connection />
      <Content thread={thread} />
      <Composer key={thread.id} conversation={thread.id} />
    </section>
  )
}

function Content({ thread }: { thread: Thread }) {
  const { words } = useDesk()
  switch (thread.state.value) {
    case 'loading':
      return (
        <div class="log-frame" role="status">
          <span class="hidden">{words.loading}</span>
        </div>
      )
    case 'failed':
      return (
        <div class="log-frame empty" role="alert">
          <p>{words.threadFailed}</p>
          <button type="button" onClick={() => void thread.load()}>
            {words.again}
          </button>
        </div>
      )
    case 'ready':
      return <Log key={thread.id} thread={thread} />
  }
}

function Connection() {
  const { desk, words } = useDesk()
  const state = desk.link.state.value
  return (
    <p class={`connection ${state}`} role="status">
      {state === 'online' ? '' : words.states[state]}
    </p>
  )
}

const ICONS: Readonly<Record<string, IconName>> = {
  takeOver: 'hand',
  transfer: 'transfer',
  toBot: 'bot',
  invite: 'qr',
  close: 'done',
  reopen: 'reopen',
}

function Head({ thread }: { thread: Thread }) {
  const { desk, words, channelName, botName } = useDesk()
  const contact = thread.contact.value ?? desk.item.value?.contact
  const conversation = desk.item.value?.conversation
  const name = contactName(contact, words)
  const buttons = commandsOf(desk).filter((one) => one.id in ICONS)
  return (
    <header class="bar head">
      <button type="button" class="icon-button back" aria-label={words.back} onClick={() => desk.open(undefined)}>
        <Icon name="back" />
      </button>
      <ContactAvatar contact={contact} channel={conversation?.channel} />
      <div class="head-name">
        <h2 id="thread-name">{name}</h2>
        {conversation && (
          <p class="quiet">
            {conversation.status === 'closed' ? words.filters.closed : holderLabel()} ·{' '}
            {channelName(conversation.channel)}
          </p>
        )}
      </div>
      <div class="head-actions">
        {buttons.map((one) => (
          <HeadButton key={one.id} command={one} />
        ))}
        <button
          type="button"
          class="icon-button person-toggle"
          aria-label={desk.personShown.value ? words.hidePerson : words.showPerson}
          aria-expanded={desk.personShown.value}
          onClick={() => (desk.personShown.value = !desk.personShown.value)}
        >
          <Icon name="person" />
        </button>
      </div>
    </header>
  )

  function holderLabel(): string {
    const holder = conversation?.floor.holder
    if (!holder) return ''
    return holder.kind === 'agent' && holder.id === desk.me.id ? words.you : holderName(holder, { words, botName })
  }
}

/** When what it does takes the button away, the focus goes on to the messages instead of nowhere. */
function HeadButton({ command: { id, label, key, run } }: { command: Command }) {
  const button = useRef<HTMLButtonElement>(null)
  useLayoutEffect(() => () => void (document.activeElement === button.current && focusOn('log')), [])
  return (
    <button
      ref={button}
      type="button"
      class={id === 'takeOver' ? 'action primary' : 'action'}
      title={key === undefined ? label : `${label} (${key.toUpperCase()})`}
      aria-keyshortcuts={key}
      onClick={run}
    >
      <Icon name={ICONS[id] ?? 'done'} />
      <span class="action-label">{label}</span>
    </button>
  )
}
