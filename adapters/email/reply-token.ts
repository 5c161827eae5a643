import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/**
 * What we have signed: a mail of a conversation to its contact, one that tells an agent of it, or a code for an address that is
 * not proven yet. Ids hold no spaces.
 */
export type Token =
  | { kind: 'thread'; conversation: string }
  | { kind: 'agent'; agent: string; conversation: string }
  | { kind: 'code'; conversation: string }

export interface ReplyTokens {
  /** The Message-ID, without angle brackets, of one delivery: the same for every try. */
  messageId(token: Token, key: string, domain: string): string
  /** The mailbox's address with the token of a conversation after a plus sign; others are too long for an address. */
  address(conversation: string, mailbox: string): string
  /** What a Message-ID or address of ours names; undefined for what we did not sign. */
  read(text: string): Token | undefined
}

/**
 * Tokens that name a conversation and prove that we made them. They hold only digits and small letters, because relays may
 * change the case of addresses.
 */
export function createReplyTokens(secret: string): ReplyTokens {
  const sign = (packed: string): string =>
    base32(createHmac('sha256', secret).update(`hutong reply ${packed}`).digest().subarray(0, MAC_BYTES))
  const signed = (token: Token): string => {
    const packed = pack(textOf(token))
    return `${packed}${sign(packed)}`
  }
  return {
    messageId: (token, key, domain) =>
      `${base32(createHash('sha256').update(key).digest().subarray(0, 10))}.${signed(token)}@${domain}`,
    address: (conversation, mailbox) => mailbox.replace(/(\+[^@]*)?@/, `+${signed({ kind: 'thread', conversation })}@`),
    read(text) {
      const [, found = ''] = /(?:^|[+.<])([ct][0-9a-z]+)@/i.exec(text) ?? []
      const packed = found.slice(0, -MAC_CHARS).toLowerCase()
      const mac = Buffer.from(found.slice(-MAC_CHARS).toLowerCase())
      const wanted = Buffer.from(sign(packed))
      if (packed === '' || mac.length !== wanted.length || !timingSafeEqual(mac, wanted)) return undefined
      return tokenOf(unpack(packed))
    },
  }
}

function textOf(token: Token): string {
  if (token.kind === 'agent') return `agent ${token.agent} ${token.conversation}`
  return token.kind === 'code' ? `code ${token.conversation}` : token.conversation
}

function tokenOf(text: string): Token {
  const [kind, second = '', third = ''] = text.split(' ')
  if (kind === 'agent') return { kind, agent: second, conversation: third }
  return kind === 'code' ? { kind, conversation: second } : { kind: 'thread', conversation: text }
}

const MAC_BYTES = 10
const MAC_CHARS = 16
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz'

/** `c` and the 16 bytes of an id of the relay, or `t` and the text of any other. */
function pack(conversation: string): string {
  const [, bits] = /^v_([\w-]{22})$/.exec(conversation) ?? []
  return bits === undefined ? `t${base32(Buffer.from(conversation))}` : `c${base32(Buffer.from(bits, 'base64url'))}`
}

function unpack(packed: string): string {
  const bytes = unbase32(packed.slice(1))
  return packed.startsWith('c') ? `v_${bytes.toString('base64url')}` : bytes.toString()
}

function base32(bytes: Uint8Array): string {
  let text = ''
  let held = 0
  let bits = 0
  for (const byte of bytes) {
    held = (held << 8) | byte
    for (bits += 8; bits >= 5; bits -= 5) text += DIGITS.charAt((held >> (bits - 5)) & 31)
    held &= (1 << bits) - 1
  }
  return bits > 0 ? text + DIGITS.charAt((held << (5 - bits)) & 31) : text
}

function unbase32(text: string): Buffer {
  const bytes: number[] = []
  let held = 0
  let bits = 0
  for (const digit of text) {
    held = (held << 5) | Math.max(0, DIGITS.indexOf(digit))
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes.push((held >> bits) & 255)
      held &= (1 << bits) - 1
    }
  }
  return Buffer.from(bytes)
}
