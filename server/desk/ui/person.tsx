import type { Contact } from '@hutong/core/conversation'
import type { ComponentChildren } from 'preact'
import { deviceOf } from '../model/device.ts'
import { contactName } from '../model/naming.ts'
import { ContactAvatar } from './avatar.tsx'
import { useDesk } from './desk-context.ts'
import { Icon } from './icons.tsx'
import { Identities } from './identities.tsx'
import { ProfileFields } from './profile-fields.tsx'
import { Out } from './rich-text.tsx'

export function PersonColumn() {
  const { desk, words } = useDesk()
  const contact = desk.thread.value?.contact.value ?? desk.item.value?.contact
  if (!contact) return null
  const name = contactName(contact, words)
  return (
    <section class={desk.personShown.value ? 'person shown' : 'person'} aria-label={words.person}>
      <header class="bar">
        <h2>{words.person}</h2>
        <button
          type="button"
          class="icon-button person-close"
          aria-label={words.hidePerson}
          onClick={() => (desk.personShown.value = false)}
        >
          <Icon name="close" />
        </button>
      </header>
      <div class="person-scroll">
        <div class="person-top">
          <ContactAvatar contact={contact} />
          <p class="person-name">{name}</p>
          {desk.thread.value?.present.value && <p class="here">{words.hereNow}</p>}
        </div>
        <ProfileFields key={contact.id} contact={contact} />
        <Visit contact={contact} />
        <Identities contact={contact} />
        <AttributeList title={words.attributes} values={{ ...contact.visit?.attributes, ...contact.attributes }} />
        <AttributeList title={words.details} values={desk.item.value?.conversation.attributes ?? {}} />
      </div>
    </section>
  )
}

function Visit({ contact }: { contact: Contact }) {
  const { desk, words, format } = useDesk()
  const { visit } = contact
  const time = visit?.timezone === undefined ? undefined : format.timeIn(visit.timezone, desk.now.value)
  return (
    <dl class="facts">
      {visit?.url && (
        <Fact name={words.page}>
          <Page url={visit.url} title={visit.title} />
        </Fact>
      )}
      {visit?.referrer && <Fact name={words.referrer}>{visit.referrer}</Fact>}
      {contact.locale && <Fact name={words.locale}>{format.language(contact.locale)}</Fact>}
      {visit?.device && (
        <Fact name={words.device}>
          <DeviceName userAgent={visit.device} />
        </Fact>
      )}
      {time !== undefined && <Fact name={words.localTime}>{`${time} (${visit?.timezone})`}</Fact>}
      <Fact name={words.firstSeen}>{format.full(contact.createdAt)}</Fact>
      <Fact name={words.lastSeen}>{format.full(contact.seenAt)}</Fact>
    </dl>
  )
}

function DeviceName({ userAgent }: { userAgent: string }) {
  const { words } = useDesk()
  const device = deviceOf(userAgent)
  if (!device) return <>{userAgent}</>
  const { browser, system } = device
  return <span title={userAgent}>{system === undefined ? browser : words.onSystem(browser, system)}</span>
}

/** The visitor's page says its own address, so only what is a web address becomes a link. */
function Page({ url, title }: { url: string; title: string | undefined }) {
  const label = title || url
  return /^https?:\/\//i.test(url) ? <Out href={url}>{label}</Out> : <span>{label}</span>
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function AttributeList({ title, values }: { title: string; values: Contact['attributes'] }) {
  const all = Object.entries(values)
  if (all.length === 0) return null
  return (
    <section class="person-part">
      <h3>{title}</h3>
      <dl class="facts">
        {all.map(([name, value]) => (
          <Fact key={name} name={name}>
            {String(value)}
          </Fact>
        ))}
      </dl>
    </section>
  )
}
