import { createShell } from './shell.ts'
import type { Widget, WidgetOptions } from './widget.ts'

export type { Widget, WidgetEvents, WidgetOptions } from './widget.ts'

const widgets = new Map<string, ReturnType<typeof createShell>>()

/**
 * Puts the chat's bubble on the page and returns its handle; the chat itself is fetched when it is wanted. Another call with
 * the same `id` changes the options of the widget that is there. Importing this on a server does nothing; calling it there
 * throws.
 */
export function createWidget(options: WidgetOptions): Widget {
  const id = options.id ?? ''
  const there = widgets.get(id)
  if (there) {
    there.update(options)
    return there
  }
  const shell = createShell(options, () => import('./app.ts'))
  const { destroy } = shell
  shell.destroy = () => {
    widgets.delete(id)
    destroy()
  }
  widgets.set(id, shell)
  return shell
}
