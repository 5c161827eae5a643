import type { Capabilities, Delivery, Host, Receipt } from '@hutong/core/adapter'
import { degrade } from '@hutong/core/degrade'
import { HutongError } from '@hutong/core/errors'
import type { Part } from '@hutong/core/parts'
import type { Client } from './client.ts'
import { encode, type Outgoing, textMessage } from './codec.ts'
import { isCarried, type Media } from './media.ts'
import type { MiniProgram } from './outgoing.ts'
import type { Waiting } from './passive.ts'
import type { Quota } from './quota.ts'

export interface OutboxOptions {
  host: Pick<Host, 'logger' | 'trouble'>
  client: Pick<Client, 'send'>
  media: Media
  quota: Quota
  waiting: Waiting
  capabilities: Capabilities
  miniPrograms: readonly MiniProgram[]
}

export type Deliver = (delivery: Delivery) => Promise<Receipt>

const CUT_OFF = 'the relay was stopped while it sent the message, and WeChat does not tell what it has taken'
const LOST = 'WeChat gave no answer, so the message may have arrived or not'

/** From a delivery to the customer: in the answer that waits for it, else as a customer service message. */
export function createOutbox(options: OutboxOptions): Deliver {
  const { client, quota, waiting, host } = options
  let troubled = false

  async function send(openid: string, message: Outgoing): Promise<Receipt> {
    if (waiting.take(openid, message)) return { state: 'sent' }
    const giveBack = await quota.take(openid)
    try {
      await client.send(openid, message)
      if (troubled) host.trouble(undefined)
      troubled = false
      return { state: 'sent' }
    } catch (thrown) {
      if (!(thrown instanceof HutongError)) throw thrown
      const { code } = thrown
      if (code === 'misconfigured') {
        host.trouble(thrown)
        troubled = true
      }
      if (code === 'timeout') {
        host.logger.warn({ why: thrown.message }, 'it is not known whether WeChat has a message')
        return { state: 'unsure', reason: LOST }
      }
      if (code === 'window_closed' || code === 'quota' || code === 'gone') await quota.correct(openid, code)
      else await giveBack()
      throw thrown
    }
  }

  return async ({ cutOff, to, entry, parts }) => {
    if (cutOff) return { state: 'unsure', reason: CUT_OFF }
    const writing = { conversation: entry.conversation, seq: entry.seq }
    const messages: Outgoing[] = []
    for (const part of parts) messages.push(...(await messagesOf(options, part, writing)))
    for (const [index, message] of messages.entries()) {
      const receipt = await send(to.address, message).catch((thrown: unknown) => {
        if (index === 0) throw thrown
        return { state: 'unsure' as const, reason: `only ${index} of ${messages.length} messages came through` }
      })
      if (receipt.state === 'unsure') return receipt
    }
    return { state: 'sent' }
  }
}

async function messagesOf(
  options: OutboxOptions,
  part: Part,
  writing: { conversation: string; seq: number },
): Promise<Outgoing[]> {
  const { media, miniPrograms, host } = options
  const put = isCarried(part) ? await media.put(part) : undefined
  if (put?.instead !== undefined && part.kind !== 'image')
    host.logger.info({ kind: part.kind }, `a file goes as a link: ${put.instead}`)
  const message = encode(part, { ...writing, miniPrograms, mediaId: put?.mediaId, thumbId: put?.thumbId })
  return message === undefined ? inWords(part, options.capabilities) : [message]
}

function inWords(part: Part, capabilities: Capabilities): Outgoing[] {
  const { messages } = degrade([part], { ...capabilities, parts: ['text'] })
  return messages.flat().flatMap((one) => (one.kind === 'text' ? [textMessage(one.text)] : []))
}
