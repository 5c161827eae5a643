/** What the web channel has to know of a site; the relay's configuration answers for it. */
export interface WebSite {
  /** The public key in the page; the `aud` of visitor JWTs. */
  key: string
  /** The site's id in the store. */
  id: string
  name: string
  /** Allowed `Origin` headers, compared as whole strings. */
  origins: readonly string[]
  jwtKeys?: readonly JwtKey[]
  uploads: { maxBytes: number; types: readonly string[] }
  /** Whether agents may see what a visitor types before it is sent. */
  typingPreview: boolean
  /** Whether somebody is at the desk now. */
  staffed(): boolean
}

/** A key that the site's own server signs visitor JWTs with. `secret` is text of at least 32 bytes, `publicKey` SPKI PEM. */
export type JwtKey = { kid: string; alg: 'HS256'; secret: string } | { kid: string; alg: 'EdDSA'; publicKey: string }

/** The site of a public key, or undefined. */
export type FindSite = (key: string) => WebSite | undefined
