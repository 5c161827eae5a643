import type { WidgetOptions } from './widget.ts'

/** The host element with its shadow root, and the bubble in it. */
export interface Launcher {
  readonly host: HTMLElement
  readonly root: ShadowRoot
  readonly button: HTMLButtonElement
  /** Number of unread messages; 0 takes the badge away. */
  badge(count: number): void
  dress(options: WidgetOptions): void
  remove(): void
}

const CSS = `:host{all:initial!important;display:contents!important}
.launcher{all:unset;position:fixed;bottom:20px;inset-inline-end:20px;z-index:var(--hutong-z,2147483000);box-sizing:border-box;width:56px;height:56px;padding:16px;border-radius:50%;background:var(--hutong-accent,#2563eb);color:var(--hutong-on-accent,#fff);box-shadow:0 2px 12px #0003;cursor:pointer;transition:transform .15s}
.launcher:hover{transform:scale(1.04)}
.launcher:focus-visible{outline:2px solid var(--hutong-accent,#2563eb);outline-offset:2px}
.launcher.left{inset-inline:20px auto}
.launcher[hidden],.launcher [hidden]{display:none}
.launcher svg{display:block;fill:none;stroke:currentColor;stroke-width:1.75;stroke-linejoin:round}
.launcher span{position:absolute;top:-4px;inset-inline-end:-4px;box-sizing:border-box;min-width:20px;padding:0 6px;border-radius:10px;background:#b91c1c;color:#fff;font:600 12px/20px system-ui,sans-serif;text-align:center}
@media(prefers-reduced-motion:reduce){.launcher{transition:none}}
@media(forced-colors:active){.launcher{border:1px solid}}
@media print{.launcher{display:none}}`

const BUBBLE =
  'M10 2.5c-4.4 0-8 3-8 6.8 0 2 1 3.8 2.6 5L4 17.5l3.6-1.6c.8.2 1.6.3 2.4.3 4.4 0 8-3 8-6.9s-3.6-6.8-8-6.8z'

const WORDS = { en: ['Open chat', 'unread'], zh: ['打开聊天', '条未读'] }

export function createLauncher(): Launcher {
  const host = document.createElement('hutong-chat')
  const root = host.attachShadow({ mode: 'open' })
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(CSS)
  root.adoptedStyleSheets = [sheet]
  const button = document.createElement('button')
  const badge = document.createElement('span')
  badge.hidden = true
  button.append(icon(), badge)
  root.append(button)
  let count = 0
  let name = ''
  let unread = ''
  const label = () => {
    button.ariaLabel = count ? `${name}, ${count} ${unread}` : name
  }
  const { documentElement } = document
  // Some routers swap what stands below <html> when they change the page.
  const keeper = new MutationObserver(() => host.isConnected || document.documentElement.append(host))
  keeper.observe(document, { childList: true })
  keeper.observe(documentElement, { childList: true })
  documentElement.append(host)
  return {
    host,
    root,
    button,
    badge(next) {
      count = next
      badge.hidden = !count
      badge.textContent = count > 99 ? '99+' : `${count}`
      label()
    },
    dress({ locale, label: given, position, color, launcher }) {
      const words = WORDS[locale?.startsWith('zh') ? 'zh' : 'en']
      name = button.title = given ?? `${words[0]}`
      unread = `${words[1]}`
      label()
      button.className = `launcher ${position ?? ''}`
      button.hidden = launcher === 'none'
      if (!color) return
      host.style.setProperty('--hutong-accent', color)
      host.style.setProperty('--hutong-on-accent', isLight(color) ? '#16181d' : '#fff')
    },
    remove() {
      keeper.disconnect()
      host.remove()
    },
  }
}

function icon(): SVGElement {
  const space = 'http://www.w3.org/2000/svg'
  const svg = document.createElementNS(space, 'svg')
  svg.setAttribute('viewBox', '0 0 20 20')
  svg.ariaHidden = 'true'
  const path = document.createElementNS(space, 'path')
  path.setAttribute('d', BUBBLE)
  svg.append(path)
  return svg
}

/** Whether white on it would be hard to see; a rough luminance is enough for an icon. */
function isLight(color: string): boolean {
  const [red = 0, green = 0, blue = 0] =
    (color.length < 7 ? color.match(/\w/g) : color.match(/\w\w/g))?.map((digits) =>
      Number.parseInt(digits.padEnd(2, digits), 16),
    ) ?? []
  return red * 0.3 + green * 0.59 + blue * 0.11 > 150
}
