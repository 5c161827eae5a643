import { HutongError } from '@hutong/core/errors'
import { z } from 'zod'

export interface RefreshGrant {
  tokenUrl: string
  clientId: string
  clientSecret?: string | undefined
  refreshToken: string
  scope?: string | undefined
}

const granted = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive().optional(),
  refresh_token: z.string().min(1).optional(),
})
const refused = z.object({ error: z.string(), error_description: z.string().optional() })

/** How long before its end a token is not used any more, and how long one lives of which nobody said. */
const EARLY_MS = 60_000
const LIFE_S = 600
const PATIENCE_MS = 15_000

/**
 * Access tokens by OAuth2's refresh grant, each kept until shortly before its end. `renew` asks for a new one at once. Rejects
 * with `misconfigured` when the grant is refused, `unreachable` when nobody answers. A refresh token that the provider replaces
 * is followed while the process lives.
 */
export function createAccessTokens(grant: RefreshGrant, now: () => number): (renew: boolean) => Promise<string> {
  let { refreshToken } = grant
  let kept: { token: string; until: number } | undefined
  let asking: Promise<string> | undefined

  async function ask(): Promise<string> {
    const body = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: grant.clientId,
      refresh_token: refreshToken,
      ...(grant.clientSecret !== undefined && { client_secret: grant.clientSecret }),
      ...(grant.scope !== undefined && { scope: grant.scope }),
    })
    const response = await post(grant.tokenUrl, body)
    const answer: unknown = await response.json().catch(() => undefined)
    const found = granted.safeParse(answer)
    if (!response.ok || !found.success) throw refusal(response.status, answer)
    const { access_token, expires_in = LIFE_S, refresh_token } = found.data
    refreshToken = refresh_token ?? refreshToken
    kept = { token: access_token, until: now() + expires_in * 1_000 - EARLY_MS }
    return access_token
  }

  return async function accessToken(renew) {
    if (!renew && kept && kept.until > now()) return kept.token
    asking ??= ask().finally(() => {
      asking = undefined
    })
    return asking
  }
}

async function post(url: string, body: URLSearchParams): Promise<Response> {
  try {
    return await fetch(url, { method: 'POST', body, redirect: 'error', signal: AbortSignal.timeout(PATIENCE_MS) })
  } catch (cause) {
    throw new HutongError('unreachable', `${new URL(url).host} does not answer the request for a token`, { cause })
  }
}

function refusal(status: number, answer: unknown): HutongError {
  const said = refused.safeParse(answer)
  const why = said.success ? (said.data.error_description ?? said.data.error) : `status ${status}`
  if (status >= 500 || status === 429) return new HutongError('unreachable', `no token was given: ${why}`)
  return new HutongError('misconfigured', `oauth: the provider refuses the refresh token: ${why}`, { field: 'oauth' })
}
