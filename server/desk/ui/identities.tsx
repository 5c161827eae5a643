import type { Contact } from '@hutong/core/conversation'
import { contactName, isMailAddress } from '../model/naming.ts'
import { useDesk } from './desk-context.ts'
import { Icon } from './icons.tsx'

/** Where a customer is reached, how far each address is proven, and who else the same person is. */
export function Identities({ contact }: { contact: Contact }) {
  const { desk, words, channelName } = useDesk()
  return (
    <section class="person-part">
      <h3>{words.identities}</h3>
      <ul>
        {contact.identities.map(({ channel, address, verified }) => (
          <li key={`${channel} ${address}`}>
            <strong>{channelName(channel)}</strong>
            {verified === undefined ? (
              <span class="unverified">{words.unverified}</span>
            ) : (
              <span class="verified">
                <Icon name="check" />
                {words.howVerified[verified]}
              </span>
            )}
            {isReadable(address) && <span class="address">{address}</span>}
          </li>
        ))}
      </ul>
      <SamePerson contact={contact} />
      <button type="button" class="person-action" onClick={() => (desk.dialog.value = 'merge')}>
        <Icon name="person" />
        {words.merge}
      </button>
    </section>
  )
}

/** The contacts this one was merged with, each with its own conversation. */
function SamePerson({ contact }: { contact: Contact }) {
  const { desk, words, channelName } = useDesk()
  const threads = desk.thread.value?.threads.value ?? []
  if (threads.length === 0) return null
  return (
    <>
      <h3>{words.samePerson}</h3>
      <ul>
        {threads.map(({ conversation, contact: other, channel }) => (
          <li key={conversation} class="same-person">
            <a href={`#/c/${conversation}`}>
              <span>{contactName(desk.inbox.item(conversation)?.contact ?? { id: other }, words)}</span>
              <span class="quiet">{words.otherThread(channelName(channel))}</span>
            </a>
            <button type="button" class="link" onClick={() => void desk.errands.unmerge(contact.id, other)}>
              {words.unmerge}
            </button>
          </li>
        ))}
      </ul>
    </>
  )
}

/** Whether it says something to people: hashes of visitors' tokens and ids that platforms made up do not. */
export function isReadable(address: string): boolean {
  return isMailAddress(address) || address.length < 20
}
