import type { Attributes, Entry } from '@hutong/core/entry'
import type { WireError } from '@hutong/core/errors'
import type { ConnectionState } from './chat.ts'

export interface WidgetOptions {
  /** The site's public key. */
  site: string
  /** Origin (and path prefix, if any) of the relay. */
  relay: string
  /** Tells several widgets on one page apart; creating one that is there updates it. Default "". */
  id?: string
  /** A BCP 47 tag; default is the page's language, then the browser's. */
  locale?: string
  /** The corner at the bottom. Default "right". */
  position?: 'left' | 'right'
  /** Accent colour, `#rgb` or `#rrggbb`. */
  color?: string
  /** Stands in the panel in place of the site's name, as in the language of the page. */
  title?: string
  /** What the launcher is called, for tooltip and screen readers. */
  label?: string
  /** "none" draws no launcher: open it by `open()`. Default "bubble". */
  launcher?: 'bubble' | 'none'
  /** "memory" forgets the visitor when the page goes. Default "local". */
  storage?: 'local' | 'memory'
  /** A JWT of the site's own server that says who the visitor is. */
  jwt?: string | undefined
}

export interface WidgetEvents {
  open: undefined
  close: undefined
  /** The number of messages that the visitor has not seen. */
  unread: number
  /** Somebody else wrote. */
  message: Entry
  connection: ConnectionState
  /** `unauthorized` asks for a fresh JWT by `identify`. */
  error: WireError
}

/** Every call is kept, in order, until the chat is loaded; none of them throws. */
export interface Widget {
  open(): void
  close(): void
  toggle(): void
  /** Shows or hides the launcher. */
  show(): void
  hide(): void
  /** Says something as the visitor. */
  send(text: string): void
  /**
   * Signs the visitor in by a JWT, or out with undefined, which leaves nothing of them in the browser. Rejects when the
   * relay refuses it; before the chat is loaded it resolves at once.
   */
  identify(jwt: string | undefined): Promise<void>
  /** Tells the agents more about the visit, unverified; null removes one. */
  setAttributes(attributes: Attributes): void
  setLocale(tag: string): void
  /** Returns what ends the subscription. */
  on<E extends keyof WidgetEvents>(event: E, listener: (payload: WidgetEvents[E]) => void): () => void
  /** Takes it off the page and frees everything. What was said stays. */
  destroy(): void
}
