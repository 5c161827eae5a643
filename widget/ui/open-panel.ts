import { within } from '@testing-library/preact'
import { words } from '../locales/en.ts'
import { mountPanel } from './mount.tsx'
import type { SampleChat } from './sample-chat.ts'
import type { PanelOptions, PanelProps } from './scope.ts'

/** Opens the panel on a page of its own, for tests; `calls` counts how often it asked to be closed. */
export function openPanel(chat: SampleChat, change: { options?: PanelOptions; locale?: PanelProps['locale'] } = {}) {
  document.documentElement.replaceChildren(document.createElement('body'))
  const launcher = document.createElement('button')
  const host = document.createElement('div')
  document.body.append(launcher, host)
  launcher.focus()
  const root = host.attachShadow({ mode: 'open' })
  const closed: string[] = []
  const panel = mountPanel(root, {
    chat,
    locale: change.locale ?? { tag: 'en', dir: 'ltr', words },
    options: change.options ?? {},
    onClose() {
      closed.push('close')
      panel.hide()
    },
  })
  panel.show()
  const stage = root.querySelector<HTMLElement>('.hutong')
  if (!stage) throw new Error('the panel drew no stage')
  return { panel, root, stage, launcher, closed, see: within(stage) }
}
