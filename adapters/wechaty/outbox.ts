import type { Delivery, Host, Receipt } from '@hutong/core/adapter'
import { HutongError } from '@hutong/core/errors'
import { type Rate, takeToken } from '@hutong/core/rate'
import type { Puppet, Sent } from './bot.ts'
import { type Loaded, refusalOf, within } from './client.ts'
import { conversationOf, type Draft, encode, type MiniProgram, nativeOf } from './codec.ts'
import type { Echoes } from './echoes.ts'

export interface OutboxParts {
  host: Host
  puppet(): Puppet
  box: Loaded['box']
  echoes: Echoes
  /** How fast the account writes, to everybody together. */
  pace: Rate
  miniPrograms: readonly MiniProgram[]
  timeoutMs: number
}

const CUT_OFF = 'the try before was cut off, and WeChat cannot be asked whether it has the message'

export function createOutbox(parts: OutboxParts): (delivery: Delivery) => Promise<Receipt> {
  const { host, echoes, pace, timeoutMs } = parts
  let full = 0

  function brake(): void {
    const token = takeToken(pace, full, host.clock.now())
    full = token.full
    if (token.wait > 0)
      throw new HutongError('throttled', 'the account writes no faster than a person', { retryAfter: token.wait })
  }

  async function sendOne(address: string, draft: Draft): Promise<Receipt> {
    brake()
    const send = await prepared(parts, draft)
    const expected = echoes.expect(address, draft)
    try {
      const id = (await within(timeoutMs, send(conversationOf(address)))) ?? undefined
      expected.sent(id)
      return { state: 'sent', ...(id === undefined ? {} : { native: nativeOf(id) }) }
    } catch (thrown) {
      const refusal = refusalOf(thrown)
      if (refusal) expected.failed()
      else expected.sent()
      if (refusal) throw refusal
      return { state: 'unsure', reason: `WeChat may have the message: ${(thrown as Error).message}`.slice(0, 1_000) }
    }
  }

  return async function send({ to, parts: shown, cutOff }) {
    if (cutOff) return { state: 'unsure', reason: CUT_OFF }
    if (!parts.puppet().isLoggedIn)
      throw new HutongError('unavailable', 'nobody is logged in: the QR code was not scanned')
    const [part] = shown
    if (part === undefined) throw new HutongError('invalid', 'a delivery has a part')
    return sendOne(to.address, encode(part, parts.miniPrograms))
  }
}

/** Reads what has to be read before anything may have been sent. */
async function prepared(parts: OutboxParts, draft: Draft): Promise<(conversation: string) => Promise<Sent>> {
  const puppet = parts.puppet()
  switch (draft.kind) {
    case 'text':
      return (conversation) => puppet.messageSendText(conversation, draft.text)
    case 'url':
      return (conversation) => puppet.messageSendUrl(conversation, draft.link)
    case 'mini-program':
      return (conversation) => puppet.messageSendMiniProgram(conversation, draft.card)
    case 'file': {
      const found = await parts.host.files.get(draft.file)
      if (found === undefined) throw new HutongError('rejected', `the file ${draft.file} is not stored any more`)
      const bytes = new Uint8Array(await new Response(found.content).arrayBuffer())
      const box = parts.box(bytes, draft.name ?? found.file.name)
      return (conversation) => puppet.messageSendFile(conversation, box)
    }
  }
}
