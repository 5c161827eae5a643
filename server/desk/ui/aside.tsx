import { useEffect } from 'preact/hooks'
import type { Aside } from '../model/api.ts'
import { useDesk } from './desk-context.ts'
import { Dialog } from './dialog.tsx'
import { Icon } from './icons.tsx'

/** Mails that could not be taken: what each one is, why, and what can be done. */
export function AsideDialog() {
  const { desk, words } = useDesk()
  const { all, load, outcome } = desk.setAside
  useEffect(() => void load(), [])
  return (
    <Dialog title={words.aside} kind="aside">
      <p class="quiet">{all.value.length === 0 ? words.asideNone : words.asideHint}</p>
      <p role="status" class={`aside-outcome ${outcome.value?.tone ?? ''}`}>
        {outcome.value?.text}
      </p>
      <ul class="aside-list">
        {all.value.map((one) => (
          <One key={`${one.channel} ${one.id}`} one={one} />
        ))}
      </ul>
    </Dialog>
  )
}

function One({ one }: { one: Aside }) {
  const { desk, words, format } = useDesk()
  const { busy, retry, discard } = desk.setAside
  const waits = busy.value.has(one.id)
  return (
    <li aria-busy={waits}>
      <div class="aside-head">
        <strong>{one.subject || words.noSubject}</strong>
        <time dateTime={new Date(one.at).toISOString()}>{format.full(one.at)}</time>
      </div>
      <p class="quiet">{one.from || words.noSender}</p>
      <p class="aside-reason">
        <Icon name="alert" />
        {words.events.reason(one.reason)}
      </p>
      <div class="aside-actions">
        <button type="button" disabled={waits} onClick={() => void retry(one)}>
          {words.retry}
        </button>
        <button type="button" disabled={waits} onClick={() => void discard(one)}>
          {words.setAsideDiscard}
        </button>
      </div>
    </li>
  )
}
