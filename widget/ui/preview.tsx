import { loadLocale } from '../locales/locale.ts'
import { mountPanel } from './mount.tsx'
import { SCENES } from './preview-scenes.ts'
import type { PanelOptions } from './scope.ts'

const asked = new URLSearchParams(location.search)
const tag = asked.get('locale') ?? 'en'
const scheme = (asked.get('scheme') ?? 'auto') as NonNullable<PanelOptions['scheme']>
const accent = asked.get('accent')
const chat = SCENES[asked.get('scene') ?? 'talk']?.(tag.startsWith('zh'))
const host = document.createElement('hutong-chat')
const root = host.attachShadow({ mode: 'open' })
document.documentElement.append(host)
document.documentElement.style.colorScheme = scheme === 'auto' ? 'light dark' : scheme

if (chat) {
  const panel = mountPanel(root, {
    chat,
    locale: await loadLocale(tag),
    options: { scheme, ...(accent && { accent }) },
    onClose: () => panel.hide(),
  })
  panel.show()
  Object.assign(window, { chat, panel })
}
