import type { Signal } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import type { Thread } from '../model/thread.ts'

/** Closer to the end than this counts as reading the newest. */
const NEAR = 80
/** Closer to the start than this fetches what is older. */
const EARLY = 200

export interface LogScroll {
  older(): void
  follow(): void
  toEnd(): void
}

/** Keeps to the end while the agent is there, and keeps what is read in place when older entries come in above. */
export function useLogScroll(
  box: { current: HTMLDivElement | null },
  thread: Thread,
  atEnd: Signal<boolean>,
): LogScroll {
  const oldest = () => thread.entries.peek()[0]?.seq
  const shape = useRef({ height: 0, view: 0, first: oldest() })
  const loading = useRef(false)

  function settle(log: HTMLDivElement) {
    const { height, first: before } = shape.current
    const first = oldest()
    const olderCame = first !== undefined && before !== undefined && first < before
    if (olderCame) log.scrollTop += log.scrollHeight - height
    else if (atEnd.peek()) log.scrollTop = log.scrollHeight
    shape.current = { height: log.scrollHeight, view: log.clientHeight, first }
  }

  useLayoutEffect(() => {
    if (box.current) settle(box.current)
  })

  useEffect(() => {
    const log = box.current
    if (!log || !('ResizeObserver' in globalThis)) return
    const watch = new ResizeObserver(() => settle(log))
    watch.observe(log)
    for (const child of log.children) watch.observe(child)
    return () => watch.disconnect()
  }, [thread])

  async function older() {
    if (loading.current) return
    loading.current = true
    await thread.loadOlder().catch(() => undefined)
    loading.current = false
  }

  return {
    older: () => void older(),
    follow() {
      const log = box.current
      if (!log) return
      // A scroll that comes of a new shape is not the agent's.
      if (log.scrollHeight !== shape.current.height || log.clientHeight !== shape.current.view) return settle(log)
      atEnd.value = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR
      if (log.scrollTop < EARLY && thread.older.peek()) void older()
    },
    toEnd() {
      box.current?.scrollTo({ top: box.current.scrollHeight })
    },
  }
}
