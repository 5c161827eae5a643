import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

/**
 * Signatures and AES as the platforms publish them (https://developers.weixin.qq.com/doc/oplatform/Third-party_Platforms/2.0/api/Before_Develop/Technical_Plan.html),
 * written a second time, so that a fake never agrees with a mistake of what it tests.
 */
export interface FakeEnvelope {
  /** The signature over the token and these. */
  sign(...items: readonly string[]): string
  encrypt(text: string): string
  /** Undefined for what was not encrypted with this key for this receiver. */
  decrypt(encrypted: string): string | undefined
}

export interface FakeEnvelopeOptions {
  token: string
  /** 43 characters; without it nothing can be encrypted. */
  encodingAesKey?: string | undefined
  /** The app's or the company's id, at the end of every plaintext. */
  receiveId: string
}

const BLOCK = 32

export function createFakeEnvelope({ token, encodingAesKey, receiveId }: FakeEnvelopeOptions): FakeEnvelope {
  const key = encodingAesKey === undefined ? undefined : Buffer.from(`${encodingAesKey}=`, 'base64')
  if (key !== undefined && key.length !== 32) throw new Error('an EncodingAESKey has 43 characters of base64')

  function secret(): Buffer {
    if (key === undefined) throw new Error('this account has no EncodingAESKey')
    return key
  }

  return {
    sign: (...items) =>
      createHash('sha1')
        .update([token, ...items].sort().join(''))
        .digest('hex'),
    encrypt(text) {
      const message = Buffer.from(text)
      const length = Buffer.alloc(4)
      length.writeUInt32BE(message.length)
      const plain = Buffer.concat([randomBytes(16), length, message, Buffer.from(receiveId)])
      const pad = BLOCK - (plain.length % BLOCK)
      const cipher = createCipheriv('aes-256-cbc', secret(), secret().subarray(0, 16)).setAutoPadding(false)
      return Buffer.concat([cipher.update(plain), cipher.update(Buffer.alloc(pad, pad)), cipher.final()]).toString(
        'base64',
      )
    },
    decrypt(encrypted) {
      const bytes = Buffer.from(encrypted, 'base64')
      if (bytes.length === 0 || bytes.length % 16 !== 0) return undefined
      const decipher = createDecipheriv('aes-256-cbc', secret(), secret().subarray(0, 16)).setAutoPadding(false)
      const plain = Buffer.concat([decipher.update(bytes), decipher.final()])
      const pad = plain.at(-1) ?? 0
      if (pad < 1 || pad > BLOCK || plain.length - pad < 20) return undefined
      const end = 20 + plain.readUInt32BE(16)
      const to = plain.subarray(end, plain.length - pad).toString()
      return to === receiveId ? plain.subarray(20, end).toString() : undefined
    },
  }
}
