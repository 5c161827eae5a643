/**
 * Every id of ours is a prefix and 128 random bits in base64url, made here and nowhere else: `c_` contact,
 * `v_` conversation, `f_` file, `k_` key, `d_` delivery, `a_` agent, `s_` session.
 */
export type IdPrefix = 'c' | 'v' | 'f' | 'k' | 'd' | 'a' | 's'

export function newId(prefix: IdPrefix): string {
  return `${prefix}_${randomText(16)}`
}

/** `bytes` random bytes as base64url text. */
export function randomText(bytes: number): string {
  const values = crypto.getRandomValues(new Uint8Array(bytes))
  return btoa(String.fromCharCode(...values))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}
