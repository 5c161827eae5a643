import type { WidgetOptions } from './widget.ts'

/** The host element with its shadow root, and the bubble in it. */
export interface Launcher {
  readonly host: HTMLElement
  readonly root: ShadowRoot
  readonly button: HTMLButtonElement
  /** Shows the number of unread messages; out of sight while it is empty. */
  readonly badge: HTMLElement
  dress(options: WidgetOptions & { locale: string }): void
  remove(): void
}

// The icon is white or nearly black, whichever can be seen on the accent; forced colours turn the clear border visible.
const CSS = `:host{all:initial!important;display:contents!important}.launcher{position:fixed;bottom:20px;inset-inline-end:20px;z-index:var(--hutong-z,2147483000);padding:15px 13px;border:2px solid #0000;border-radius:50%;--c:var(--hutong-accent,#2563eb);background:var(--c);color:oklch(from var(--c) clamp(.2,(.7 - l)*99,1) 0 0);box-shadow:0 0 12px #0003;cursor:pointer}:focus-visible{outline:2px solid var(--c);outline-offset:2px}.left{inset-inline:20px auto}.launcher[aria-expanded=true],b:empty{display:none}.launcher i{display:block;padding:9px 11px;border:2px solid;border-radius:10px 10px 10px 2px}.launcher b{position:absolute;top:-4px;inset-inline-end:-4px;padding:0 7px;border-radius:10px;background:#b91c1c;color:#fff;font:600 12px/20px system-ui}`

export function createLauncher(): Launcher {
  const host = document.createElement('hutong-chat')
  const root = host.attachShadow({ mode: 'open' })
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(CSS)
  root.adoptedStyleSheets = [sheet]
  const button = document.createElement('button')
  const badge = document.createElement('b')
  button.append(document.createElement('i'), badge)
  root.append(button)
  // Some routers swap what stands below <html> when they change the page.
  const attach = () => host.isConnected || document.documentElement.append(host)
  const keeper = new MutationObserver(attach)
  keeper.observe(document.documentElement, { childList: true })
  attach()
  return {
    host,
    root,
    button,
    badge,
    dress({ locale, label, position, color, launcher }) {
      button.title = button.ariaLabel = label ?? (/^zh/.test(locale) ? '打开聊天' : 'Open chat')
      button.className = `launcher ${position ?? ''}`
      button.hidden = launcher === 'none'
      if (color) host.style.setProperty('--hutong-accent', color)
    },
    remove() {
      keeper.disconnect()
      host.remove()
    },
  }
}
