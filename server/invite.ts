import type { Adapter, FileStorage } from '@hutong/core/adapter'
import type { Conversation } from '@hutong/core/conversation'
import { type ErrorCode, HutongError, toHutongError } from '@hutong/core/errors'
import type { Part } from '@hutong/core/parts'
import { inviteWordsFor } from './invite-words.ts'
import type { PeopleStore } from './stores/store.ts'

export interface InviteOptions {
  store: Pick<PeopleStore, 'contact'>
  adapters: ReadonlyMap<string, Adapter>
  files: Pick<FileStorage, 'put'>
}

/** Has contacts go on over another channel of their site. */
export interface Invite {
  /** The channels of a site that contacts can be invited to. */
  channels(site: string): string[]
  /**
   * What the contact is shown: the link in words of its language, and as a QR code. `beside` another offer it is shorter.
   * Rejects with `not_found` when the site has no such channel, `invalid` when nobody can be invited there, or with what the
   * platform says.
   */
  parts(conversation: Conversation, channel: string, beside?: 'beside'): Promise<Part[]>
}

/** Side of the picture in pixels: sharp on a phone, and readable from across a desk. */
const WIDTH = 480
/** A site that accepts no pictures from visitors accepts none from the relay. */
const NOT_TAKEN: readonly ErrorCode[] = ['too_large', 'unsupported_type']

export function createInvite({ store, adapters, files }: InviteOptions): Invite {
  const serves = ({ site }: Adapter, id: string) => site === undefined || site === id

  /** Undefined where the site takes no pictures: the link alone has to do then. */
  async function pictureOf(url: string, { site, channel }: { site: string; channel: string }) {
    const { toBuffer } = await import('qrcode')
    const png = new Uint8Array(await toBuffer(url, { type: 'png', errorCorrectionLevel: 'M', width: WIDTH }))
    const meta = { site, name: `${channel}.png`, type: 'image/png' }
    return files.put(new Blob([png]).stream(), meta).then(
      ({ id }) => id,
      (thrown: unknown) => {
        if (NOT_TAKEN.includes(toHutongError(thrown).code)) return undefined
        throw thrown
      },
    )
  }

  return {
    channels: (site) =>
      [...adapters.values()].filter((one) => one.invite && serves(one, site)).map(({ channel }) => channel),
    async parts({ id, site, contact }, channel, beside) {
      const adapter = adapters.get(channel)
      if (!adapter || !serves(adapter, site))
        throw new HutongError('not_found', `channel: the site has no channel "${channel}"`, { field: 'channel' })
      if (!adapter.invite)
        throw new HutongError('invalid', `channel: nobody can be invited to "${channel}"`, { field: 'channel' })
      const { url, until, app } = await adapter.invite(id)
      const words = inviteWordsFor((await store.contact(contact))?.locale, app)
      const day = new Date(until).toISOString().slice(0, 10)
      const said = beside ? words.or(url, day) : words.invite(url, day)
      const file = await pictureOf(url, { site, channel })
      const text: Part = { kind: 'text', text: said, format: 'plain' }
      return file === undefined ? [text] : [text, { kind: 'image', file, alt: words.code, width: WIDTH, height: WIDTH }]
    },
  }
}
