import type { ClosedWay, Way } from '../model/api.ts'
import { partsOf, type Sheet } from '../model/drafts.ts'
import { type Altered, type Outlook, outlookOf } from '../model/outlook.ts'
import type { Thread } from '../model/thread.ts'
import { useDesk } from './desk-context.ts'
import { Icon } from './icons.tsx'
import { isReadable } from './identities.tsx'

/** What stands in the way of a reply, and what will be changed of it: said while it is written. */
export function RouteNotes({ thread, sheet }: { thread: Thread; sheet: Sheet }) {
  const { desk, words } = useDesk()
  const reach = thread.reach.value
  const outlook = reach && outlookOf(reach, partsOf(sheet), desk.channels.value)
  if (!outlook) return null
  const { sent, read, closed } = outlook
  return (
    <ul id="composer-route" class="route" aria-live="polite">
      {closed.map((way) => (
        <ClosedNote key={`${way.channel} ${way.address}`} way={way} outlook={outlook} />
      ))}
      {!sent && !read && closed.length === 0 && (
        <li class="bad">
          <Icon name="alert" />
          <span>{`${words.route.noWay} ${words.route.stays}`}</span>
        </li>
      )}
      {sent && read?.why !== 'connected' && <Changes outlook={outlook} sent={sent} />}
    </ul>
  )
}

function ClosedNote({ way, outlook: { sent, read } }: { way: ClosedWay; outlook: Outlook }) {
  const { words, channelName } = useDesk()
  const name = channelName(way.channel)
  return (
    <li class={sent || read ? 'warn' : 'bad'}>
      <Icon name="alert" />
      <span>
        <strong>{words.route.closed[way.code](name)}</strong> {instead()}{' '}
        <small>{words.events.reason(way.reason)}</small>
      </span>
    </li>
  )

  function instead(): string {
    if (sent && read?.why === 'connected') return words.route.readNow(channelName(read.channel))
    if (sent) return words.route.sentInstead(channelName(sent.channel))
    return read ? words.route.readInstead(channelName(read.channel)) : words.route.stays
  }
}

function Changes({ outlook: { messages, altered, short }, sent }: { outlook: Outlook; sent: Way }) {
  const { words, channelName } = useDesk()
  const name = channelName(sent.channel)
  return (
    <>
      {short !== undefined && (
        <li class="bad">
          <Icon name="alert" />
          <span>{words.route.short(name, { left: short, messages })}</span>
        </li>
      )}
      {short === undefined && messages > 1 && <li>{words.route.messages(name, messages)}</li>}
      {altered.map((one, index) => (
        <li key={index}>{alteredWords(one)}</li>
      ))}
    </>
  )

  function alteredWords({ name: file = words.file, as, reason }: Altered): string {
    if (reason === 'size') return words.route.tooLarge(file, name)
    return as === 'file' ? words.route.asFile(file, name) : words.route.asLink(file, name)
  }
}

/** Which way the reply will take, why, and how many more may follow. */
export function useViaSentence(last: string): string {
  const { desk, words, format, channelName } = useDesk()
  const reach = desk.thread.value?.reach.value
  if (!reach) return words.replyVia(channelName(last))
  const { read, sent } = outlookOf(reach, [], [])
  if (read?.why === 'connected') return words.reads(channelName(read.channel))
  if (!sent) return read ? words.replyVia(channelName(read.channel)) : words.route.nothingSent
  const to = isReadable(sent.address) ? sent.address : undefined
  const { left, until, sooner } = sent
  const counts = [
    left === undefined ? '' : words.route.left(left),
    until === undefined ? '' : words.route.until(format.coming(until, desk.now.value)),
  ].filter((one) => one !== '')
  const some = sooner ? words.route.sooner(sooner.left, format.coming(sooner.until, desk.now.value)) : ''
  const counted = counts.length === 0 ? '' : ` · ${counts.join(' ')}${some}`
  if (read) return words.goesThen(channelName(read.channel), channelName(sent.channel), to) + counted
  const why = sent.why === 'last' ? words.wroteLast : words.provenAddress
  return `${words.goesTo(channelName(sent.channel), to)} (${why})${counted}`
}
