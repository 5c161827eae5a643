import type { Contact } from '@hutong/core/conversation'
import { HutongError, toHutongError } from '@hutong/core/errors'
import { newId } from '@hutong/core/ids'
import type { Api } from './api.ts'
import { contactName } from './naming.ts'
import type { Notices } from './notices.ts'
import type { Preferences } from './preferences.ts'

/** What an agent gets done around a conversation without saying anything in it. Failures are shown, never thrown. */
export interface Errands {
  /** Says that two contacts are one person; can be taken back. */
  merge(one: Contact, other: Contact): Promise<void>
  /** Takes back that they are, whichever of the two was merged into the other. */
  unmerge(one: string, other: string): Promise<void>
  sendTranscript(conversation: string, address: string): Promise<void>
  /** Shows the contact how to go on over the channel, which is called `name`. */
  invite(conversation: string, channel: string, name: string): Promise<void>
  /** Sends a message again that did not arrive, or perhaps did not. */
  resend(conversation: string, seq: number): Promise<void>
}

export interface ErrandsOptions {
  api: Pick<Api, 'merge' | 'unmerge' | 'transcript' | 'invite' | 'resend'>
  notices: Notices
  preferences: Pick<Preferences, 'words'>
}

export function createErrands({ api, notices, preferences }: ErrandsOptions): Errands {
  const words = () => preferences.words.peek()

  async function attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (thrown) {
      notices.show({ text: words().failed(toHutongError(thrown).message), tone: 'bad' })
    }
  }

  const unmerge = (one: string, other: string) =>
    attempt(async () => {
      await eitherWay('not_found', [() => api.unmerge(other), () => api.unmerge(one)])
      notices.show({ text: words().unmerged })
    })

  return {
    unmerge,
    merge: (one, other) =>
      attempt(async () => {
        await eitherWay('conflict', [() => api.merge(other.id, one.id), () => api.merge(one.id, other.id)])
        notices.show({
          text: words().merged(contactName(one, words()), contactName(other, words())),
          undo: () => void unmerge(one.id, other.id),
        })
      }),
    sendTranscript: (conversation, address) =>
      attempt(async () => {
        const sent = await api.transcript(conversation, { key: newId('k'), address })
        const { transcriptSent, transcriptUnsure } = words()
        notices.show({ text: sent.state === 'sent' ? transcriptSent(sent.address) : transcriptUnsure(sent.address) })
      }),
    invite: (conversation, channel, name) =>
      attempt(async () => {
        await api.invite(conversation, { key: newId('k'), channel })
        notices.show({ text: words().invited(name) })
      }),
    resend: (conversation, seq) => attempt(() => api.resend(conversation, seq)),
  }
}

/** A merge has a direction that agents need not know: where one is refused for it, the other is meant. */
async function eitherWay(
  refusal: HutongError['code'],
  [first, second]: [() => Promise<void>, () => Promise<void>],
): Promise<void> {
  try {
    await first()
  } catch (thrown) {
    if (!(thrown instanceof HutongError) || thrown.code !== refusal) throw thrown
    await second()
  }
}
