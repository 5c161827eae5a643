/** Below this width, in pixels, the panel takes the whole screen. */
const PHONE = '(max-width: 479.98px)'

export function isPhone(): MediaQueryList {
  return matchMedia(PHONE)
}

/** Whether fingers, not a mouse, are the main way to point. */
export function isTouch(): boolean {
  return matchMedia('(pointer: coarse)').matches
}

export function isMac(): boolean {
  return /mac|iphone|ipad/i.test(navigator.userAgent)
}

/** Keeps the page behind still and the panel above the on-screen keyboard; the answer undoes both. */
export function holdPage(frame: HTMLElement): () => void {
  const page = document.documentElement.style
  const { overflow } = page
  const seen = window.visualViewport
  const fit = () => {
    if (!seen) return
    frame.style.setProperty('--seen-height', `${seen.height}px`)
    frame.style.setProperty('--seen-top', `${seen.offsetTop}px`)
  }
  page.overflow = 'hidden'
  fit()
  seen?.addEventListener('resize', fit)
  seen?.addEventListener('scroll', fit)
  return () => {
    page.overflow = overflow
    seen?.removeEventListener('resize', fit)
    seen?.removeEventListener('scroll', fit)
    frame.style.removeProperty('--seen-height')
    frame.style.removeProperty('--seen-top')
  }
}

const FOCUSABLE = 'a[href],button:not(:disabled),input:not(:disabled),textarea,select,[tabindex="0"]'

/** Sends Tab from the last control to the first and back. */
export function keepFocus(frame: HTMLElement, event: KeyboardEvent) {
  const all = [...frame.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((one) => one.tabIndex >= 0)
  const [first, last] = [all[0], all.at(-1)]
  const at = (frame.getRootNode() as ShadowRoot).activeElement
  const next = event.shiftKey ? (at === first || at === frame) && last : at === last && first
  if (!next) return
  event.preventDefault()
  next.focus()
}
