import { useEffect, useRef, useState } from 'preact/hooks'
import type { Chat, MessageItem } from '../chat.ts'
import { nameOf } from './name.ts'
import { plainText } from './plain-text.ts'
import { useScope } from './scope.ts'

/** So long a sentence stays for the screen reader to pick up, in milliseconds. */
const STAY = 1_000

/** Says each arriving message once, apart from the log that shows it. */
export function Announcer() {
  const {
    chat,
    locale: { words },
  } = useScope()
  const [said, setSaid] = useState('')
  const last = useRef(lastSeq(chat.items.value))
  const streams = useRef<readonly string[]>([])
  const items = chat.items.value
  const writing = chat.streams.value

  useEffect(() => {
    const arrived = items.filter((one): one is MessageItem => isNews(one, last.current))
    last.current = Math.max(last.current, lastSeq(items))
    const begun = writing.filter((one) => !streams.current.includes(one.key))
    streams.current = writing.map((one) => one.key)
    const lines = [
      ...arrived.map((one) => words.says(nameOf(one.from, words), plainText(one.parts, words))),
      ...begun.map((one) => words.answering(nameOf(one.from, words))),
    ]
    if (lines.length) setSaid(lines.join('\n'))
  }, [items, writing, words])

  useEffect(() => {
    if (!said) return
    const timer = setTimeout(() => setSaid(''), STAY)
    return () => clearTimeout(timer)
  }, [said])

  return (
    <div class="unseen" aria-live="polite">
      {said}
    </div>
  )
}

function isNews(item: Chat['items']['value'][number], after: number): boolean {
  return item.kind === 'message' && !item.mine && !item.recalled && item.seq !== undefined && item.seq > after
}

function lastSeq(items: Chat['items']['value']): number {
  return items.findLast((one) => one.seq !== undefined)?.seq ?? 0
}
