import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Address } from '@hutong/core/adapter'
import type { Profile } from '@hutong/core/conversation'
import { profile } from '@hutong/core/conversation'
import { HutongError } from '@hutong/core/errors'
import { parse } from '@hutong/core/parse'
import { errors, importSPKI, type JWTHeaderParameters, type JWTPayload, jwtVerify } from 'jose'
import { z } from 'zod'
import type { JwtKey, WebSite } from './site.ts'

/** A JWT may be valid for at most this many seconds from now on. */
export const JWT_SECONDS_MAX = 15 * 60
/** Seconds by which the site's clock may differ from ours. */
const SKEW = 30
const TOKEN = /^([\w-]{43})\.([\w-]{22})$/

export type VisitorIdentity = Required<Pick<Address, 'address' | 'verified'>> & { profile?: Profile }

export interface Identities {
  /** A token nobody has, bound to the site. */
  fresh(site: WebSite): string
  /** Rejects forged and foreign tokens with `unauthorized`, without a look into the store. */
  fromToken(site: WebSite, token: string): VisitorIdentity
  /** Rejects with `unauthorized`; the message says which rule the JWT breaks. */
  fromJwt(site: WebSite, jwt: string): Promise<VisitorIdentity>
}

/** `secret` makes visitor tokens; whoever changes it turns every anonymous visitor into a stranger. */
export function createIdentities({ secret, now }: { secret: string; now: () => number }): Identities {
  function seal(site: WebSite, random: string): string {
    const mac = createHmac('sha256', secret).update(`visitor-token\n${site.id}\n${random}`).digest()
    return mac.subarray(0, 16).toString('base64url')
  }

  return {
    fresh(site) {
      const random = randomBytes(32).toString('base64url')
      return `${random}.${seal(site, random)}`
    },
    fromToken(site, token) {
      const [, random, mac] = TOKEN.exec(token) ?? []
      if (
        random === undefined ||
        mac === undefined ||
        !timingSafeEqual(Buffer.from(seal(site, random)), Buffer.from(mac))
      )
        throw new HutongError('unauthorized', 'token: was not made by this relay for this site', { field: 'token' })
      return { address: createHash('sha256').update(token).digest('hex'), verified: 'token' }
    },
    async fromJwt(site, jwt) {
      const claims = await verified(site, jwt, now())
      const sub: unknown = claims.sub
      if (typeof sub !== 'string' || sub === '' || sub.length > 256 || !sub.isWellFormed())
        throw refused('sub must be a text of 1 to 256 characters, without halves of surrogate pairs')
      return { address: `jwt:${sub}`, verified: 'signed', profile: profileOf(claims) }
    },
  }
}

async function verified(site: WebSite, jwt: string, now: number): Promise<JWTPayload> {
  const { payload } = await jwtVerify(jwt, (header) => keyOf(site, header), {
    algorithms: ['HS256', 'EdDSA'],
    audience: site.key,
    requiredClaims: ['sub', 'exp'],
    clockTolerance: SKEW,
    currentDate: new Date(now),
  }).catch((cause: unknown) => {
    if (cause instanceof HutongError || !(cause instanceof errors.JOSEError)) throw cause
    throw refused(remedyFor(cause), cause)
  })
  if ((payload.exp ?? 0) > now / 1000 + JWT_SECONDS_MAX + SKEW)
    throw refused(`exp is further away than ${JWT_SECONDS_MAX / 60} minutes`)
  return payload
}

const REMEDIES: Readonly<Record<string, string>> = {
  ERR_JWS_INVALID: 'is no JWT; it must be three parts of base64url joined by dots, signed by the site’s own server',
  ERR_JWT_INVALID: 'has no claims in it; its payload must be a JSON object with sub, aud and exp',
  ERR_JWT_EXPIRED: 'has expired; sign a fresh one and call identify again',
  ERR_JOSE_ALG_NOT_ALLOWED: 'alg must be HS256 or EdDSA',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'the signature is wrong; sign with the key whose kid it names in jwtKeys',
}

/** What the site's own developer has to change. */
function remedyFor(cause: errors.JOSEError): string {
  if (cause instanceof errors.JWTClaimValidationFailed) {
    if (cause.claim === 'aud') return 'aud must be the site key'
    return cause.reason === 'missing'
      ? `${cause.claim} is missing; set it`
      : `${cause.claim} is wrong; ${cause.message}`
  }
  return REMEDIES[cause.code] ?? `could not be read (${cause.code}); sign it as docs/wire-protocol.md says`
}

const imported = new WeakMap<JwtKey, ReturnType<typeof importSPKI> | Uint8Array>()

function keyOf(site: WebSite, { alg, kid }: JWTHeaderParameters): ReturnType<typeof importSPKI> | Uint8Array {
  // A header is not verified yet when its key is chosen, so its types are not either.
  if (kid !== undefined && typeof kid !== 'string') throw refused('kid must be a text')
  const keys = site.jwtKeys ?? []
  const key = kid === undefined && keys.length === 1 ? keys[0] : keys.find((one) => one.kid === kid)
  if (!key) throw refused(kid === undefined ? 'kid is missing' : `kid "${kid.slice(0, 64)}" is not a key of this site`)
  if (key.alg !== alg) throw refused(`alg must be ${key.alg} for this key`)
  const known = imported.get(key)
  if (known) return known
  const made = key.alg === 'HS256' ? secretOf(key) : importSPKI(key.publicKey, 'EdDSA')
  imported.set(key, made)
  return made
}

function secretOf(key: JwtKey & { alg: 'HS256' }): Uint8Array {
  const bytes = new TextEncoder().encode(key.secret)
  if (bytes.length >= 32) return bytes
  throw new HutongError('misconfigured', `the secret of JWT key "${key.kid}" is shorter than 32 bytes`)
}

const claimsOfProfile = z.object({
  name: z.string().optional().catch(undefined),
  email: z.string().optional().catch(undefined),
  phone_number: z.string().optional().catch(undefined),
  picture: z.string().optional().catch(undefined),
  locale: z.string().optional().catch(undefined),
})

function profileOf(claims: JWTPayload): Profile {
  const { name, email, phone_number: phone, picture: avatar, locale } = parse(claimsOfProfile, claims)
  const said = Object.entries({ name, email, phone, avatar, locale }).filter(([, value]) => value !== undefined)
  return parse(profile, Object.fromEntries(said))
}

function refused(rule: string, cause?: unknown): HutongError {
  return new HutongError('unauthorized', `jwt: ${rule}`, { field: 'jwt', cause })
}
