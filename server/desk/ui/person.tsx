import type { Contact } from '@hutong/core/conversation'
import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { channelName, contactName } from '../model/naming.ts'
import { ContactAvatar } from './avatar.tsx'
import { useDesk } from './desk-context.ts'
import { Icon } from './icons.tsx'
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
        <Profile key={contact.id} contact={contact} />
        <Visit contact={contact} />
        <Identities contact={contact} />
        <OtherThreads />
        <AttributeList title={words.attributes} values={{ ...contact.visit?.attributes, ...contact.attributes }} />
        <AttributeList title={words.details} values={desk.item.value?.conversation.attributes ?? {}} />
      </div>
    </section>
  )
}

const FIELDS = [
  { field: 'name', keyboard: 'text', max: 128 },
  { field: 'email', keyboard: 'email', max: 320 },
  { field: 'phone', keyboard: 'tel', max: 32 },
] as const

function Profile({ contact }: { contact: Contact }) {
  const { desk, words } = useDesk()
  return (
    <div class="fields">
      {FIELDS.map(({ field, keyboard, max }) => (
        <Field
          key={field}
          label={words[field]}
          keyboard={keyboard}
          max={max}
          value={contact[field] ?? ''}
          onSave={(value) => desk.updateContact(contact, { [field]: value })}
        />
      ))}
    </div>
  )
}

interface FieldProps {
  label: string
  keyboard: 'text' | 'email' | 'tel'
  max: number
  value: string
  onSave(value: string): Promise<boolean>
}

/** Saved on Enter and on leaving; Escape brings back what was there. */
function Field({ label, keyboard, max, value, onSave }: FieldProps) {
  const { words } = useDesk()
  const saved = useSignal(false)

  async function save(field: HTMLInputElement) {
    const wish = field.value.trim()
    if (wish === value) return
    saved.value = await onSave(wish)
    if (!saved.value) field.value = value
  }

  return (
    <label class="field">
      <span class="field-label">
        {label}
        <span role="status" class="saved">
          {saved.value ? words.saved : ''}
        </span>
      </span>
      <input
        type="text"
        inputMode={keyboard}
        maxLength={max}
        value={value}
        placeholder={words.empty}
        onInput={() => (saved.value = false)}
        onBlur={(event) => void save(event.currentTarget)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.value = value
          if (event.key === 'Enter' || event.key === 'Escape') event.currentTarget.blur()
        }}
      />
    </label>
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
      {contact.locale && <Fact name={words.locale}>{contact.locale}</Fact>}
      {visit?.device && <Fact name={words.device}>{visit.device}</Fact>}
      {time !== undefined && <Fact name={words.localTime}>{`${time} (${visit?.timezone})`}</Fact>}
      <Fact name={words.firstSeen}>{format.full(contact.createdAt)}</Fact>
      <Fact name={words.lastSeen}>{format.full(contact.seenAt)}</Fact>
    </dl>
  )
}

/** The visitor's page says its own address, so only what is a web address becomes a link. */
function Page({ url, title }: { url: string; title: string | undefined }) {
  const label = title ?? url
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

function Identities({ contact }: { contact: Contact }) {
  const { words } = useDesk()
  return (
    <section class="person-part">
      <h3>{words.identities}</h3>
      <ul>
        {contact.identities.map(({ channel, address, verified }) => (
          <li key={`${channel} ${address}`}>
            <strong>{channelName(channel, words)}</strong>
            {verified !== undefined && verified !== 'token' && (
              <span class="verified">
                <Icon name="check" />
                {words.verified}
              </span>
            )}
            {isReadable(address) && <span class="address">{address}</span>}
          </li>
        ))}
      </ul>
    </section>
  )
}

/** The same person elsewhere, when contacts were merged. */
function OtherThreads() {
  const { desk, words } = useDesk()
  const threads = desk.thread.value?.threads.value ?? []
  if (threads.length === 0) return null
  return (
    <section class="person-part">
      <ul>
        {threads.map(({ conversation, channel }) => (
          <li key={conversation}>
            <a href={`#/c/${conversation}`}>{words.otherThread(channelName(channel, words))}</a>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** The hash of a visitor's token says nothing to anybody. */
function isReadable(address: string): boolean {
  return !/^[0-9a-f]{64}$/.test(address)
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
