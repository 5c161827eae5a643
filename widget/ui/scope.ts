import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Chat } from '../chat.ts'
import type { Locale } from '../locales/locale.ts'
import { type Signal, signal } from '../signals.ts'
import { createFormat, type Format } from './format.ts'

export type SendKey = 'enter' | 'modifier'

export interface PanelOptions {
  /** The site's colour as `#rgb` or `#rrggbb`; absent leaves `--hutong-accent` to the page's own style sheet. */
  accent?: string
  /** Shown as the name of the other side until an agent is there; absent shows the site's name. */
  title?: string
  /** The corner it opens from. Default `right`. */
  position?: 'left' | 'right'
  /** Default `auto`: as the visitor's system is set. */
  scheme?: 'auto' | 'light' | 'dark'
  /** `inline` fills the element around it and has no close button. Default `floating`. */
  placement?: 'floating' | 'inline'
  /** Where the visitor's own settings are kept; absent keeps them while the page lives. */
  preferences?: Pick<Storage, 'getItem' | 'setItem'>
}

export interface PanelProps {
  chat: Chat
  locale: Locale
  options: PanelOptions
  onClose(): void
}

/** What lives as long as the panel is mounted, open or not. */
export interface PanelState {
  draft: Signal<string>
  sendKey: Signal<SendKey>
  setSendKey(choice: SendKey): void
  /** Whether the newest message is in sight, so that the log moves along with it. */
  following: Signal<boolean>
  /** Key of the first drawn item; undefined draws the newest ones. */
  top: Signal<string | undefined>
  /** Shows the newest message. */
  follow(): void
  /** The read cursor above which messages are marked as new; undefined for no mark. */
  newAfter: Signal<number | undefined>
  /** By item key, the cancel of an upload begun here. */
  uploads: Map<string, () => void>
}

export interface Scope extends PanelProps, PanelState {
  format: Format
}

const SEND_KEY = 'hutong:send-key'

export function createPanelState({ preferences }: PanelOptions): PanelState {
  const following = signal(true)
  const top = signal<string>()
  const sendKey = signal<SendKey>(preferences?.getItem(SEND_KEY) === 'modifier' ? 'modifier' : 'enter')
  return {
    draft: signal(''),
    sendKey,
    setSendKey(choice) {
      sendKey.value = choice
      preferences?.setItem(SEND_KEY, choice)
    },
    following,
    top,
    follow() {
      following.value = true
      top.value = undefined
    },
    newAfter: signal<number>(),
    uploads: new Map(),
  }
}

export function createScope(props: PanelProps, state: PanelState): Scope {
  return {
    ...props,
    ...state,
    format: createFormat(props.locale.tag),
  }
}

const ScopeContext = createContext<Scope | undefined>(undefined)

export const ScopeProvider = ScopeContext.Provider

export function useScope(): Scope {
  const scope = useContext(ScopeContext)
  if (!scope) throw new Error('a part of the panel was rendered outside of it')
  return scope
}
