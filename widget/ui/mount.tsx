import '../components.ts'
import { render } from 'preact'
import { accentColours } from './accent.ts'
import { Panel } from './panel.tsx'
import { createPanelState, type PanelProps } from './scope.ts'
import { panelSheet } from './styles.ts'

export interface MountedPanel {
  /** Draws the panel and moves focus into it; does nothing while it is shown. */
  show(): void
  /** Takes it away, keeping draft and place, and gives focus back to where it was before. */
  hide(): void
  /** Draws with other options, another locale or another chat from now on. */
  update(change: Partial<PanelProps>): void
  /** Leaves nothing behind in the root. */
  destroy(): void
}

/** Prepares the panel in a shadow root; nothing is drawn before `show`. Several panels may share a document. */
export function mountPanel(root: ShadowRoot, props: PanelProps): MountedPanel {
  const stage = root.ownerDocument.createElement('div')
  const sheet = panelSheet()
  const state = createPanelState(props.options)
  let current = props
  let shown = false
  let before: Element | null = null

  stage.className = 'hutong'
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet]
  root.append(stage)
  dress(stage, current)

  function draw() {
    render(shown ? <Panel {...current} state={state} /> : null, stage)
  }

  return {
    show() {
      if (shown) return
      before = root.activeElement ?? root.ownerDocument.activeElement
      shown = true
      state.follow()
      draw()
    },
    hide() {
      if (!shown) return
      shown = false
      draw()
      if (before instanceof HTMLElement) before.focus()
    },
    update(change) {
      current = { ...current, ...change }
      dress(stage, current)
      draw()
    },
    destroy() {
      render(null, stage)
      stage.remove()
      root.adoptedStyleSheets = root.adoptedStyleSheets.filter((one) => one !== sheet)
    },
  }
}

/** Puts on the stage what style sheets need to know. Properties are set one by one, as a strict style-src allows. */
function dress(stage: HTMLElement, { options, locale }: PanelProps) {
  const { accent, position = 'right', scheme = 'auto', placement = 'floating' } = options
  stage.lang = locale.tag
  stage.dir = locale.dir
  Object.assign(stage.dataset, { position, scheme, placement })
  const [light, dark] = (accent && accentColours(accent)) || []
  for (const name of ['accent', 'accent-text', 'accent-ink'] as const)
    stage.style.setProperty(`--hutong-${name}`, light && dark ? `light-dark(${light[name]},${dark[name]})` : null)
}
