import { createPublicKey, generateKeyPairSync, randomBytes, verify } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { createSigner, secretMistake } from './signer.ts'

const message = { id: 'v_1:1', seconds: Math.floor(Date.now() / 1_000), body: '{"text":"您好, 😀"}' }
const headersOf = (signature: string) => ({
  'webhook-id': message.id,
  'webhook-timestamp': String(message.seconds),
  'webhook-signature': signature,
})
const newSecret = (bytes = 32) => `whsec_${randomBytes(bytes).toString('base64')}`

describe('the signature of a webhook', () => {
  it('is the one of the specification’s own example', () => {
    const sign = createSigner(['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'])
    const payload = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', seconds: 1_614_265_330, body: '{"test": 2432232314}' }
    expect(sign(payload)).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
  })

  it('is taken by the public package for secrets of every length', () => {
    for (const bytes of [24, 25, 26, 32, 64]) {
      const secret = newSecret(bytes)
      const headers = headersOf(createSigner([secret])(message))
      expect(new Webhook(secret).verify(message.body, headers)).toEqual(JSON.parse(message.body))
    }
  })

  it('is not taken with another id, another time, another body or another secret', () => {
    const secret = newSecret()
    const headers = headersOf(createSigner([secret])(message))
    const judge = new Webhook(secret)
    expect(() => judge.verify(message.body, { ...headers, 'webhook-id': 'v_1:2' })).toThrow()
    const later = String(message.seconds + 1)
    expect(() => judge.verify(message.body, { ...headers, 'webhook-timestamp': later })).toThrow()
    expect(() => judge.verify(`${message.body} `, headers)).toThrow()
    expect(() => new Webhook(newSecret()).verify(message.body, headers)).toThrow()
  })

  it('comes once per secret, so that both the old and the new one hold while they change', () => {
    const [old, next] = [newSecret(), newSecret()]
    const headers = headersOf(createSigner([next, old])(message))
    expect(headers['webhook-signature'].split(' ')).toHaveLength(2)
    for (const secret of [old, next]) new Webhook(secret).verify(message.body, headers)
    expect(() => new Webhook(newSecret()).verify(message.body, headers)).toThrow('No matching signature')
  })

  it('can be checked without the secret when it is an Ed25519 key', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const jwk = privateKey.export({ format: 'jwk' })
    const seed = Buffer.from(jwk.d ?? '', 'base64url')
    const point = Buffer.from(jwk.x ?? '', 'base64url')
    for (const bytes of [seed, Buffer.concat([seed, point])]) {
      const [version, signature = ''] = createSigner([`whsk_${bytes.toString('base64')}`])(message).split(',')
      const content = Buffer.from(`${message.id}.${message.seconds}.${message.body}`)
      expect(version).toBe('v1a')
      expect(
        verify(
          null,
          content,
          createPublicKey(publicKey.export({ format: 'pem', type: 'spki' })),
          Buffer.from(signature, 'base64'),
        ),
      ).toBe(true)
    }
  })
})

describe('a secret', () => {
  it.each([
    ['hunter2-hunter2', 'must begin with whsec_'],
    ['whsec_not base64!', 'must be base64 after whsec_'],
    ['whsec_', 'must be base64 after whsec_'],
    [newSecret(23), 'must be 24 to 64 bytes as base64 after whsec_, and is 23; make one with'],
    [newSecret(65), 'and is 65'],
    [`whsk_${randomBytes(33).toString('base64')}`, 'must be 32 or 64 bytes as base64 after whsk_, and is 33'],
  ])('that cannot be one is refused with the reason and not shown: %#', (secret, reason) => {
    expect(secretMistake(secret)).toContain(reason)
    expect(secretMistake(secret)).not.toContain(secret.slice(6) || 'nothing')
  })

  it('of 24 to 64 bytes is taken', () => {
    for (const bytes of [24, 32, 64]) expect(secretMistake(newSecret(bytes))).toBeUndefined()
  })
})
