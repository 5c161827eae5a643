import { useSignal } from '@preact/signals'
import { isMailAddress } from '../model/naming.ts'
import { useDesk } from './desk-context.ts'
import { Dialog } from './dialog.tsx'

/** Sends what was said so far to one of the mail addresses that answers may go to. */
export function TranscriptDialog() {
  const { desk, words } = useDesk()
  const thread = desk.thread.value
  const chosen = useSignal<string | undefined>(undefined)
  if (!thread) return null
  const mail = (thread.reach.value?.open ?? []).filter(({ address, readsLog }) => !readsLog && isMailAddress(address))
  const addresses = [...new Set(mail.map(({ address }) => address))]
  const address = chosen.value ?? addresses[0]
  return (
    <Dialog title={words.transcript}>
      {address === undefined ? (
        <p>{words.transcriptNowhere}</p>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            desk.dialog.value = undefined
            void desk.errands.sendTranscript(thread.id, address)
          }}
        >
          <fieldset class="addresses">
            <legend>{words.transcriptTo}</legend>
            {addresses.map((one) => (
              <label key={one}>
                <input type="radio" name="address" checked={one === address} onChange={() => (chosen.value = one)} />
                {one}
              </label>
            ))}
          </fieldset>
          <div class="dialog-actions">
            <button type="submit" class="primary" autofocus>
              {words.send}
            </button>
          </div>
        </form>
      )}
    </Dialog>
  )
}
