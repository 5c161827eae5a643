import type { Attributes } from '@hutong/core/entry'
import { createLauncher, type Launcher } from './launcher.ts'
import type { Widget, WidgetEvents, WidgetOptions } from './widget.ts'

/** What the chat proper gets from the shell that stood on the page before it. */
export interface Shell {
  readonly options: WidgetOptions & { locale: string }
  readonly attributes: Attributes
  readonly launcher: Launcher
  emit<E extends keyof WidgetEvents>(event: E, payload: WidgetEvents[E]): void
}

/** The chat proper, as the shell drives it. */
export interface App {
  open(): void
  close(): void
  toggle(): void
  send(text: string): void
  identify(jwt: string | undefined): Promise<void>
  refreshVisit(): void
  setLocale(tag: string): void
  destroy(): void
}

export interface AppSource {
  /** Fetches the chat and starts it. */
  start(shell: Shell): Promise<App>
  /** The visitor is about to need it. */
  warm?(shell: Shell): void
}

type Listener = (payload: never) => void

/** The part of the widget that every page pays for: the bubble, and a queue until the chat is wanted. */
export function createShell(
  given: WidgetOptions,
  source: AppSource,
): Widget & { update(options: WidgetOptions): void } {
  const { lang } = document.documentElement
  const options = { locale: lang || navigator.language, ...given }
  const attributes: Attributes = {}
  const launcher = createLauncher()
  const { button } = launcher
  const listeners = new Map<string, Set<Listener>>()
  const emit: Shell['emit'] = (event, payload) => {
    for (const listener of listeners.get(event) ?? []) listener(payload as never)
  }
  const shell: Shell = { options, attributes, launcher, emit }
  let arrive: (app: App) => void
  const app = new Promise<App>((resolve) => {
    arrive = resolve
  })
  let starting = false
  let gone = false
  const tell = (verb: (app: App) => void) => void app.then(verb)
  const want = () => {
    if (starting || gone) return
    starting = true
    source.start(shell).then(arrive, ({ message }) => {
      starting = false
      emit('error', { code: 'unreachable', message, retryable: true })
    })
  }
  const toggle = () => {
    want()
    tell((one) => one.toggle())
  }
  const warm = () => source.warm?.(shell)
  for (const sign of ['pointerenter', 'touchstart', 'focus']) button.addEventListener(sign, warm, { passive: true })
  button.onclick = toggle
  launcher.dress(options)
  if (isKnown(options)) (globalThis.requestIdleCallback ?? setTimeout)(want)
  return {
    open() {
      want()
      tell((one) => one.open())
    },
    close: () => tell((one) => one.close()),
    toggle,
    show() {
      button.hidden = false
    },
    hide() {
      button.hidden = true
    },
    send(text) {
      want()
      tell((one) => one.send(text))
    },
    async identify(jwt) {
      if (jwt) options.jwt = jwt
      else delete options.jwt
      if (starting) await (await app).identify(jwt)
    },
    setAttributes(more) {
      Object.assign(attributes, more)
      tell((one) => one.refreshVisit())
    },
    setLocale(locale) {
      launcher.dress(Object.assign(options, { locale }))
      tell((one) => one.setLocale(locale))
    },
    on(event, listener) {
      const all = listeners.get(event) ?? new Set()
      listeners.set(event, all.add(listener))
      return () => all.delete(listener)
    },
    update: (next) => launcher.dress(Object.assign(options, next)),
    destroy() {
      gone = true
      launcher.remove()
      tell((one) => one.destroy())
    },
  }
}

/** Whether this visitor has talked here before: then an answer may be waiting. */
function isKnown({ site, storage }: WidgetOptions): boolean {
  try {
    return storage !== 'memory' && Boolean(localStorage.getItem(`hutong:${site}:here`))
  } catch {
    return false
  }
}
