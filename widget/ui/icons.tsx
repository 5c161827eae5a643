/** One set: 20 px, 1.75 stroke, drawn with the colour of the text around. */

export const CLOSE = 'M5 5l10 10M15 5L5 15'
export const MENU = 'M4.2 10h.6M9.7 10h.6M15.2 10h.6'
export const SEND = 'M10 16V4M5 9l5-5 5 5'
export const STOP = 'M6 6h8v8H6z'
export const ATTACH =
  'M16 9.5l-6 6a3.9 3.9 0 01-5.5-5.5l6.4-6.4a2.6 2.6 0 013.7 3.7l-6.4 6.3a1.3 1.3 0 01-1.8-1.8l5.6-5.6'
export const EMOJI = 'M10 17.5a7.5 7.5 0 100-15 7.5 7.5 0 000 15zM7 12s1 1.5 3 1.5 3-1.5 3-1.5M7.5 8h.01M12.5 8h.01'
export const DOWN = 'M5 8l5 5 5-5'
export const CLOCK = 'M10 17a7 7 0 100-14 7 7 0 000 14zM10 6.5V10l2.5 1.5'
export const CHECK = 'M4.5 10.5l3.5 3.5 7.5-8'
export const CHECKS = 'M2 10.5L5.5 14 12 6.5M9 13l1 1 7.5-7.5'
export const ALERT = 'M10 6.5v4M10 13.5h.01M10 17.5a7.5 7.5 0 100-15 7.5 7.5 0 000 15z'
export const FILE = 'M5 2.5h6l4 4v11H5zM11 2.5v4h4'
export const PIN = 'M10 17.5s5.5-4.7 5.5-9a5.5 5.5 0 00-11 0c0 4.3 5.5 9 5.5 9zM10 10.5a2 2 0 100-4 2 2 0 000 4z'
export const STAR = 'M10 2.8l2.2 4.5 5 .7-3.6 3.5.8 4.9-4.4-2.3-4.4 2.3.8-4.9L2.8 8l5-.7z'
export const PERSON = 'M10 10a3.2 3.2 0 100-6.4 3.2 3.2 0 000 6.4zM3.5 17c.6-3.2 3.3-5 6.5-5s5.9 1.8 6.5 5'
export const BOT =
  'M5 7.5h10a1.5 1.5 0 011.5 1.5v5.5A1.5 1.5 0 0115 16H5a1.5 1.5 0 01-1.5-1.5V9A1.5 1.5 0 015 7.5zM10 7.5V4M7.5 11.5h.01M12.5 11.5h.01'

/** One of the paths above. It says nothing itself: words stand beside it or on its button. */
export function Icon({ path }: { path: string }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
      <path d={path} />
    </svg>
  )
}
