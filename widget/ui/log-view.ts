import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { effect } from '../signals.ts'
import type { Scope } from './scope.ts'
import { isNearTop, type Place, slide, WINDOW } from './slide.ts'

/** Within so many pixels of the end, the log counts as read to the end. */
const AT_END = 48

interface Box {
  current: HTMLDivElement | null
}

interface LogView {
  start: number
  end: number
  onScroll(): void
}

/**
 * Chooses the slice of items that is drawn and keeps what the person reads in its place: at the end it moves along with new
 * messages, anywhere else nothing that comes or goes above or below moves a line.
 */
export function useLogView(scope: Scope, box: Box): LogView {
  const { chat, top, following } = scope
  const items = chat.items.value
  const total = items.length
  const found = top.value === undefined ? -1 : items.findIndex((one) => one.key === top.value)
  const start = found < 0 ? Math.max(0, total - WINDOW) : found
  const end = Math.min(total, start + WINDOW)
  const anchor = useRef<{ key: string; y: number }>(undefined)
  const seen = useRef<Sight>({ scrollTop: 0, scrollHeight: 0, clientHeight: 0 })

  function place(element: HTMLElement): Place {
    const above = element.scrollTop
    return { start, end, total, above, below: element.scrollHeight - above - element.clientHeight }
  }

  function look(element: HTMLElement) {
    const now = place(element)
    if (end === total && now.below < AT_END) following.value = true
    else if (isTurnedBack(seen.current, element)) following.value = false
    const { scrollTop, scrollHeight, clientHeight } = element
    seen.current = { scrollTop, scrollHeight, clientHeight }
    anchor.current = firstSeen(element)
    if (following.value) top.value = undefined
    else top.value = items[slide(now)]?.key
    if (isNearTop(now) && chat.more.value && !chat.loadingOlder.value) void chat.older()
  }

  useLayoutEffect(() => {
    const element = box.current
    if (!element) return
    if (following.value) element.scrollTop = element.scrollHeight
    else restore(element, anchor.current)
    look(element)
  }, [items, start, chat.loadingOlder.value, following.value])

  useEffect(() => startAtNew(box, scope), [box, scope])
  useStayAtEnd(box, scope)
  useMarkRead(scope)
  return { start, end, onScroll: () => box.current && look(box.current) }
}

type Sight = Pick<HTMLElement, 'scrollTop' | 'scrollHeight' | 'clientHeight'>

/** Only a person scrolls back while nothing changes its size: rows that grow and notices that come move the log as well. */
function isTurnedBack(before: Sight, now: Sight): boolean {
  return (
    now.scrollTop < before.scrollTop &&
    now.scrollHeight === before.scrollHeight &&
    now.clientHeight === before.clientHeight
  )
}

/** The first row that reaches into view, and where its top stands. */
function firstSeen(element: HTMLElement): { key: string; y: number } | undefined {
  for (const row of element.querySelectorAll<HTMLElement>('[data-key]'))
    if (row.offsetTop + row.offsetHeight > element.scrollTop)
      return { key: row.dataset.key ?? '', y: row.offsetTop - element.scrollTop }
  return undefined
}

function restore(element: HTMLElement, anchor: { key: string; y: number } | undefined) {
  if (!anchor) return
  const row = element.querySelector<HTMLElement>(`[data-key="${CSS.escape(anchor.key)}"]`)
  if (row) element.scrollTop = row.offsetTop - anchor.y
}

/** What came while the panel was closed is read from its beginning. */
function startAtNew({ current }: Box, { chat, newAfter, following }: Scope) {
  newAfter.value = chat.unread.peek() > 0 ? chat.read.peek() : undefined
  queueMicrotask(() => {
    const line = current?.querySelector<HTMLElement>('.new-line')
    if (!current || !line) return
    following.value = false
    current.scrollTop = line.offsetTop - 16
  })
}

/** Pictures that load, a keyboard that opens and text that grows do not push the newest message out of sight. */
function useStayAtEnd(box: Box, { following }: Scope) {
  useEffect(() => {
    const element = box.current
    if (!element) return
    const watch = new ResizeObserver(() => {
      if (following.peek()) element.scrollTop = element.scrollHeight
    })
    watch.observe(element)
    for (const child of element.children) watch.observe(child)
    return () => watch.disconnect()
  }, [box, following])
}

/** Marks as read what is in sight of a person, and draws the line where she stopped reading. */
function useMarkRead({ chat, following, newAfter }: Scope) {
  const before = useRef(chat.unread.peek())
  const look = () => {
    const unread = chat.unread.value
    const seen = following.value && document.visibilityState === 'visible'
    if (unread > 0 && before.current === 0 && !seen) newAfter.value = chat.read.peek()
    before.current = unread
    if (unread > 0 && seen) chat.markRead()
  }
  useEffect(() => {
    const stop = effect(look)
    document.addEventListener('visibilitychange', look)
    return () => {
      stop()
      document.removeEventListener('visibilitychange', look)
    }
  }, [chat])
}
