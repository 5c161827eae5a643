import base from './styles/base.css?inline'
import composer from './styles/composer.css?inline'
import log from './styles/log.css?inline'
import motion from './styles/motion.css?inline'
import panel from './styles/panel.css?inline'
import { tokenRules } from './tokens.ts'

let sheet: CSSStyleSheet | undefined
let text = tokenRules() + base + panel + log + composer + motion

/** The style sheet all panels share. Constructed, so that a strict style-src needs no exception. */
export function panelSheet(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet()
    sheet.replaceSync(text)
  }
  return sheet
}

/** Adds the rules of a part of the panel that came later. */
export function extendSheet(css: string) {
  text += css
  sheet?.replaceSync(text)
}
