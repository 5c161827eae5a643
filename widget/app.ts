import { createChat } from './create-chat.ts'
import { browserDrawer } from './keep.ts'
import type { Launcher } from './launcher.ts'
import { type Locale, loadLocale } from './locales/locale.ts'
import type { App, Shell } from './shell.ts'
import { titleCount } from './title.ts'
import { type MountedPanel, mountPanel } from './ui/mount.tsx'
import { pageVisit, watchPage } from './visit.ts'
import type { WidgetOptions } from './widget.ts'

/** Starts the chat behind a bubble; the panel is drawn when it is opened first. Rejects when the locale cannot be had. */
export async function startApp(shell: Shell): Promise<App> {
  const { options, launcher, emit, attributes } = shell
  const { site } = options
  const relay = options.relay.replace(/\/$/, '')
  const chat = createChat({
    relay,
    site,
    drawer: drawerOf(options),
    jwt: options.jwt,
    locale: options.locale,
    visit: () => pageVisit(attributes),
    notices: { message: (entry) => emit('message', entry), error: (error) => emit('error', error) },
    fallback: async () => (await import('./transport/other-way.ts')).otherWay(relay, site),
  })
  let locale = await loadLocale(options.locale)
  let panel: MountedPanel | undefined
  let isOpen = false

  function draw(next: Locale) {
    locale = next
    badge(launcher, chat.unread.value)
    panel?.update({ locale })
  }
  function open() {
    if (isOpen) return
    isOpen = true
    panel ??= mountPanel(launcher.root, { chat, locale, options: panelOptions(shell), onClose: close })
    panel.show()
    launcher.button.ariaExpanded = 'true'
    emit('open', undefined)
  }
  function close() {
    if (!isOpen) return
    isOpen = false
    launcher.button.ariaExpanded = 'false'
    panel?.hide()
    emit('close', undefined)
  }
  const stops = [
    chat.unread.subscribe((count) => {
      badge(launcher, count)
      emit('unread', count)
    }),
    chat.connection.subscribe((state) => emit('connection', state)),
    titleCount(chat.unread),
    watchPage(chat.refreshVisit),
  ]
  return {
    open,
    close,
    toggle: () => (isOpen ? close() : open()),
    send: chat.send,
    identify: chat.identify,
    refreshVisit: chat.refreshVisit,
    setLocale(tag) {
      chat.setLocale(tag)
      loadLocale(tag).then(draw, ({ message }) => emit('error', { code: 'unreachable', message, retryable: true }))
    },
    destroy() {
      for (const stop of stops) stop()
      panel?.destroy()
      chat.destroy()
    },
  }
}

function badge({ badge, button }: Launcher, count: number) {
  badge.textContent = count > 0 ? `${Math.min(count, 99)}` : ''
  button.ariaLabel = `${button.title} ${badge.textContent}`
}

function drawerOf({ storage }: WidgetOptions) {
  return storage === 'memory' ? undefined : browserDrawer()
}

function panelOptions({ options }: Shell) {
  const { color, position, title } = options
  const preferences = drawerOf(options)
  return {
    ...(color && { accent: color }),
    ...(position && { position }),
    ...(title && { title }),
    ...(preferences && { preferences }),
  }
}
