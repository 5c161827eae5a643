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

/**
 * Takes the page behind out of reach of scrolling, focus and screen readers, and keeps the panel above the on-screen
 * keyboard; the answer undoes all of it.
 */
export function holdPage(frame: HTMLElement): () => void {
  const { style } = document.documentElement
  const { overflow } = style
  const { host } = frame.getRootNode() as ShadowRoot
  const others = [...(host.parentElement?.children ?? [])].filter(
    (one): one is HTMLElement => one instanceof HTMLElement && one !== host && !one.inert,
  )
  const seen = window.visualViewport
  const fit = () => {
    frame.style.setProperty('--seen-height', seen && `${seen.height}px`)
    frame.style.setProperty('--seen-top', seen && `${seen.offsetTop}px`)
  }
  const hold = (isHeld: boolean) => {
    style.overflow = isHeld ? 'hidden' : overflow
    for (const one of others) one.inert = isHeld
    const change = isHeld ? 'addEventListener' : 'removeEventListener'
    seen?.[change]('resize', fit)
    seen?.[change]('scroll', fit)
  }
  hold(true)
  fit()
  return () => {
    hold(false)
    frame.style.removeProperty('--seen-height')
    frame.style.removeProperty('--seen-top')
  }
}
