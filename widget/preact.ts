import { useEffect, useRef } from 'preact/hooks'
import { createWidget } from './index.ts'
import type { Widget, WidgetEvents, WidgetOptions } from './widget.ts'

export interface HutongChatProps extends WidgetOptions {
  onOpen?: () => void
  onClose?: () => void
  onUnread?: (count: number) => void
  onMessage?: (message: WidgetEvents['message']) => void
  onError?: (error: WidgetEvents['error']) => void
  /** The handle, once it is on the page. */
  onReady?: (widget: Widget) => void
}

/** The chat as a component: on the page while it is mounted. Draws nothing of its own. */
export function HutongChat(props: HutongChatProps): null {
  const latest = useRef(props)
  latest.current = props
  const { site, relay, id } = props
  useEffect(() => {
    const widget = createWidget(optionsOf(latest.current))
    widget.on('open', () => latest.current.onOpen?.())
    widget.on('close', () => latest.current.onClose?.())
    widget.on('unread', (count) => latest.current.onUnread?.(count))
    widget.on('message', (message) => latest.current.onMessage?.(message))
    widget.on('error', (error) => latest.current.onError?.(error))
    latest.current.onReady?.(widget)
    return () => widget.destroy()
  }, [site, relay, id])
  const { locale, color, label, position, launcher } = props
  useEffect(() => {
    const widget = createWidget(optionsOf(latest.current))
    if (locale) widget.setLocale(locale)
  }, [locale, color, label, position, launcher])
  return null
}

function optionsOf(props: HutongChatProps): WidgetOptions {
  const { onOpen, onClose, onUnread, onMessage, onError, onReady, ...options } = props
  return options
}
