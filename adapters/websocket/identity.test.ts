import { createHash, createHmac } from 'node:crypto'
import { exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { createIdentities } from './identity.ts'
import type { WebSite } from './site.ts'
import { BANK, SECRET, SHOP } from './test-bench.ts'

const NOW = Date.parse('2026-11-21T12:00:00Z')
const secret = 'the shared secret of the shop, long enough'
const pair = await generateKeyPair('EdDSA')
const site: WebSite = {
  ...SHOP,
  jwtKeys: [
    { kid: 'old', alg: 'HS256', secret },
    { kid: 'new', alg: 'EdDSA', publicKey: await exportSPKI(pair.publicKey) },
  ],
}
const identities = createIdentities({ secret: SECRET, now: () => NOW })

interface Claims {
  aud?: string
  sub?: string
  minutes?: number
  kid?: string
  name?: unknown
}

function sign({ aud = 'shop', sub = 'u-7', minutes = 5, kid = 'old', name = 'Lin' }: Claims, key: string = secret) {
  return new SignJWT({ name })
    .setProtectedHeader({ alg: 'HS256', kid })
    .setAudience(aud)
    .setSubject(sub)
    .setExpirationTime(NOW / 1000 + minutes * 60)
    .sign(new TextEncoder().encode(key))
}

/** A JWT whose header no library would write. */
function signAs(header: object): string {
  const claims = { aud: 'shop', sub: 'u-7', exp: NOW / 1000 + 60 }
  const text = [header, claims].map((one) => Buffer.from(JSON.stringify(one)).toString('base64url')).join('.')
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}

describe('visitor tokens', () => {
  it('are known again, and stored only as a hash', () => {
    const token = identities.fresh(site)
    const { address, verified } = identities.fromToken(site, token)
    expect(verified).toBe('token')
    expect(address).toBe(createHash('sha256').update(token).digest('hex'))
    expect(identities.fresh(site)).not.toBe(token)
  })

  it('are refused when they are forged, changed, of another site or of another relay', () => {
    const token = identities.fresh(site)
    const other = createIdentities({ secret: `another ${SECRET}`, now: () => NOW }).fresh(site)
    const changed = [...token].map((letter, at) =>
      letter === '.' ? '' : token.slice(0, at) + (letter === 'A' ? 'B' : 'A') + token.slice(at + 1),
    )
    for (const forged of ['', 'x', `${'A'.repeat(43)}.${'B'.repeat(22)}`, other, ...changed])
      expect(() => identities.fromToken(site, forged)).toThrow(/not made by this relay/)
    expect(() => identities.fromToken(BANK, token)).toThrow(/not made by this relay/)
  })
})

describe('signed identities', () => {
  it('name the visitor with what the site says of them', async () => {
    expect(await identities.fromJwt(site, await sign({}))).toEqual({
      address: 'jwt:u-7',
      verified: 'signed',
      profile: { name: 'Lin' },
    })
  })

  it('are accepted with an Ed25519 key chosen by its kid', async () => {
    const jwt = await new SignJWT({})
      .setProtectedHeader({ alg: 'EdDSA', kid: 'new' })
      .setAudience('shop')
      .setSubject('u-8')
      .setExpirationTime(NOW / 1000 + 60)
      .sign(pair.privateKey)
    expect(await identities.fromJwt(site, jwt)).toMatchObject({ address: 'jwt:u-8' })
  })

  it.each<[string, () => string | Promise<string>, RegExp]>([
    ['without a signature', () => new UnsecuredJWT({}).setSubject('u').setAudience('shop').encode(), /alg/i],
    ['for another site', () => sign({ aud: 'bank' }), /aud/],
    ['expired', () => sign({ minutes: -5 }), /expired; sign a fresh one/],
    ['valid for longer than 15 minutes', () => sign({ minutes: 20 }), /further away/],
    ['signed by an unknown key', () => sign({ kid: 'nobody' }), /not a key of this site/],
    ['signed with the wrong secret', () => sign({}, 'some other secret that is long enough too'), /signature/],
    ['signed with the text of a public key as secret', () => sign({ kid: 'new' }), /alg must be EdDSA/],
    ['naming nobody', () => sign({ sub: '' }), /sub/],
    ['with a number for a kid', () => signAs({ alg: 'HS256', kid: 7 }), /kid must be a text/],
    ['with a list for a kid', () => signAs({ alg: 'HS256', kid: ['old'] }), /kid must be a text/],
    ['with nothing for an algorithm', () => signAs({ alg: null, kid: 'old' }), /jwt/],
    ['naming somebody with half a character', () => sign({ sub: 'u-\ud800' }), /sub must be a text/],
    ['that are no JWT at all', () => 'garbage', /must be three parts of base64url .* signed by the site’s own server/],
  ])('are refused when they come %s', async (_what, make, rule) => {
    await expect(identities.fromJwt(site, await make())).rejects.toMatchObject({
      code: 'unauthorized',
      message: expect.stringMatching(rule),
    })
  })

  it('are refused for a site that has no keys', async () => {
    await expect(identities.fromJwt(SHOP, await sign({}))).rejects.toMatchObject({ code: 'unauthorized' })
  })

  it('survive claims of the wrong type', async () => {
    expect(await identities.fromJwt(site, await sign({ name: ['Lin'] }))).toMatchObject({ profile: {} })
  })
})
