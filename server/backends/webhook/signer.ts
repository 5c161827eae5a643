import { createHmac, createPrivateKey, type KeyObject, sign } from 'node:crypto'

/** The value of `webhook-signature`: one signature per secret, so that the other end may change secrets without a gap. */
export type Signer = (message: { id: string; seconds: number; body: string }) => string

const SYMMETRIC = 'whsec_'
const ASYMMETRIC = 'whsk_'
const BYTES_MIN = 24
const BYTES_MAX = 64
const SEED = 32
/** PKCS #8 of an Ed25519 key up to its seed: https://www.rfc-editor.org/rfc/rfc8410#section-7 */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme */
export function createSigner(secrets: readonly string[]): Signer {
  const signers = secrets.map(signerOf)
  return ({ id, seconds, body }) => {
    const content = Buffer.from(`${id}.${seconds}.${body}`)
    return signers.map((one) => one(content)).join(' ')
  }
}

/** What is wrong with a secret, without a word of it. */
export function secretMistake(secret: string): string | undefined {
  const prefix = [SYMMETRIC, ASYMMETRIC].find((one) => secret.startsWith(one))
  if (prefix === undefined) return 'must begin with whsec_ (or whsk_ for an Ed25519 key)'
  const bytes = bytesOf(secret, prefix)
  if (!bytes) return `must be base64 after ${prefix}`
  if (prefix === ASYMMETRIC) {
    if (bytes.length === SEED || bytes.length === 2 * SEED) return undefined
    return `must be 32 or 64 bytes as base64 after whsk_, and is ${bytes.length}`
  }
  if (bytes.length >= BYTES_MIN && bytes.length <= BYTES_MAX) return undefined
  return `must be ${BYTES_MIN} to ${BYTES_MAX} bytes as base64 after whsec_, and is ${bytes.length}; make one with: echo whsec_$(openssl rand -base64 32)`
}

function signerOf(secret: string): (content: Buffer) => string {
  if (secret.startsWith(ASYMMETRIC)) {
    const key = ed25519(bytesOf(secret, ASYMMETRIC) ?? Buffer.alloc(0))
    return (content) => `v1a,${sign(null, content, key).toString('base64')}`
  }
  const key = bytesOf(secret, SYMMETRIC) ?? Buffer.alloc(0)
  return (content) => `v1,${createHmac('sha256', key).update(content).digest('base64')}`
}

/** Some tools write the seed alone, others the public key behind it. */
function ed25519(bytes: Buffer): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8, bytes.subarray(0, SEED)]), format: 'der', type: 'pkcs8' })
}

function bytesOf(secret: string, prefix: string): Buffer | undefined {
  const text = secret.slice(prefix.length)
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text) && text.length % 4 === 0 ? Buffer.from(text, 'base64') : undefined
}
