import { participantName } from '../model/naming.ts'
import type { Thread } from '../model/thread.ts'
import { SpeakerAvatar } from './avatar.tsx'
import { useDesk } from './desk-context.ts'
import { Markdown } from './rich-text.tsx'

/** What is being written or said right now, below the last entry. */
export function Passing({ thread }: { thread: Thread }) {
  const { desk, words } = useDesk()
  const around = { words, me: desk.me.id, contact: thread.contact.value }
  return (
    <div class="passing">
      {thread.streaming.value.map(({ from, key, text }) => (
        <div key={key} class="message ours first last">
          <div class="run">
            <SpeakerAvatar from={from} contact={thread.contact.value} />
            <span class="speaker">{participantName(from, around)}</span>
          </div>
          <div class="line">
            <div class="bubble text stream">
              <Markdown text={text} />
            </div>
          </div>
        </div>
      ))}
      {thread.typing.value.map(({ from, preview }) => {
        const name = participantName(from, around)
        return (
          <div key={from.id} class="typing">
            <span class="hidden">{words.typing(name)}</span>
            <span aria-hidden="true" class="typing-line">
              <span class="dots">
                <i />
                <i />
                <i />
              </span>
              {name} {words.writing}
            </span>
            {preview && (
              <span class="preview" aria-hidden="true">
                {preview} <small>({words.preview})</small>
              </span>
            )}
          </div>
        )
      })}
    </div>
  )
}
