import composer from './styles/composer.css?inline'
import log from './styles/log.css?inline'
import motion from './styles/motion.css?inline'
import panel from './styles/panel.css?inline'
import parts from './styles/parts.css?inline'
import tokens from './styles/tokens.css?inline'

const sheets = new WeakMap<Document, CSSStyleSheet>()

/** The panel's style sheet, one for all panels of a document. Constructed, so that a strict style-src needs no exception. */
export function panelSheet(document: Document): CSSStyleSheet {
  const made = sheets.get(document)
  if (made) return made
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(tokens + panel + log + parts + composer + motion)
  sheets.set(document, sheet)
  return sheet
}
