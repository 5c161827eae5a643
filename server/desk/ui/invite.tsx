import { useSignal } from '@preact/signals'
import { invitationsOf } from '../model/commands.ts'
import { contactName } from '../model/naming.ts'
import { useDesk } from './desk-context.ts'
import { Dialog } from './dialog.tsx'

/** Shows the customer how to go on over another channel of the site. */
export function InviteDialog() {
  const { desk, words, channelName } = useDesk()
  const thread = desk.thread.value
  const chosen = useSignal<string | undefined>(undefined)
  const channels = invitationsOf(desk)
  const channel = chosen.value ?? channels[0]
  if (!thread || channel === undefined) return null
  const [only] = channels.length === 1 ? channels : []
  return (
    <Dialog title={only === undefined ? words.continueElsewhere : words.continueIn(channelName(only))}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          desk.dialog.value = undefined
          void desk.errands.invite(thread.id, channel, channelName(channel))
        }}
      >
        <p class="dialog-text">{words.inviteEffect(contactName(thread.contact.value, words))}</p>
        {only === undefined && (
          <fieldset class="addresses">
            <legend>{words.inviteTo}</legend>
            {channels.map((one) => (
              <label key={one}>
                <input type="radio" name="channel" checked={one === channel} onChange={() => (chosen.value = one)} />
                {channelName(one)}
              </label>
            ))}
          </fieldset>
        )}
        <div class="dialog-actions">
          <button type="submit" class="primary" autofocus>
            {words.sendInvitation}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
