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

/** Fetches the chat; called again after a failure. */
export type LoadApp = (shell: Shell) => Promise<{ startApp(shell: Shell): Promise<App> }>

/** The part of the widget that every page pays for: the bubble, and a queue until the chat is wanted. */
export function createShell(
  given: WidgetOptions,
  load: LoadApp,
): Widget & { update(options: Partial<WidgetOptions>): void } {
  const options = { locale: document.documentElement.lang || navigator.language, ...given }
  const attributes: Attributes = {}
  const launcher = createLauncher()
  const { button, host } = launcher
  const emit: Shell['emit'] = (event, detail) => void host.dispatchEvent(new CustomEvent(event, { detail }))
  const shell: Shell = { options, attributes, launcher, emit }
  const { promise: app, resolve: arrive } = Promise.withResolvers<App>()
  let starting = false
  const want = () => {
    if (starting) return
    starting = true
    load(shell)
      .then(({ startApp }) => startApp(shell))
      .then(arrive, ({ message }) => {
        starting = false
        emit('error', { code: 'unreachable', message, retryable: true })
      })
  }
  const tell = (verb: (app: App) => unknown) => void app.then(verb)
  const ask = (verb: (app: App) => unknown) => {
    want()
    tell(verb)
  }
  const change = (next: Partial<WidgetOptions>) => launcher.dress(Object.assign(options, next))
  const toggle = () => ask((one) => one.toggle())
  // A hover that comes to nothing may fail unseen: the click tries again.
  button.onpointerenter = button.onfocus = () => void load(shell).catch(() => undefined)
  button.onclick = toggle
  change({})
  if (isKnown(options)) (globalThis.requestIdleCallback ?? setTimeout)(want)
  return {
    open: () => ask((one) => one.open()),
    close: () => tell((one) => one.close()),
    toggle,
    show: () => change({ launcher: 'bubble' }),
    hide: () => change({ launcher: 'none' }),
    send: (text) => ask((one) => one.send(text)),
    async identify(jwt) {
      options.jwt = jwt
      return starting ? app.then((one) => one.identify(jwt)) : undefined
    },
    setAttributes(more) {
      Object.assign(attributes, more)
      tell((one) => one.refreshVisit())
    },
    setLocale(locale) {
      change({ locale })
      tell((one) => one.setLocale(locale))
    },
    on(event, listener) {
      const hear = ({ detail }: CustomEventInit) => listener(detail)
      host.addEventListener(event, hear as EventListener)
      return () => host.removeEventListener(event, hear as EventListener)
    },
    update: change,
    destroy() {
      starting = true
      launcher.remove()
      tell((one) => one.destroy())
    },
  }
}

/** Whether this visitor has talked here before: then an answer may be waiting. */
function isKnown({ site }: WidgetOptions): boolean {
  try {
    return Boolean(localStorage.getItem(`hutong:${site}:here`))
  } catch {
    return false
  }
}
