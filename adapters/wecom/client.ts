import { createHash } from 'node:crypto'
import type { Host } from '@hutong/core/adapter'
import { HutongError } from '@hutong/core/errors'
import { createAccessToken } from '@hutong/tencent/access-token'
import { type Api, type ApiError, createApi } from '@hutong/tencent/api'
import { z } from 'zod'

export interface WeComClientOptions {
  corpId: string
  /** Of the app whose rights the calls need. */
  secret: string
  host: Pick<Host, 'state' | 'lease' | 'clock' | 'logger'>
  /** `https://qyapi.weixin.qq.com` when left out. */
  apiBase?: string | undefined
  /** Milliseconds that one call may take, 10 s when left out; files have a minute. */
  timeoutMs?: number | undefined
}

const BASE = 'https://qyapi.weixin.qq.com'
const TIMEOUT_MS = 10_000
const MINUTE = 60_000

/**
 * What WeCom's numbers mean for a message (https://developer.work.weixin.qq.com/document/path/90313). Numbers that are not here are
 * `rejected`.
 */
export const WECOM_ERRORS: Readonly<Record<number, ApiError>> = {
  40001: 'misconfigured',
  40003: 'gone',
  40013: 'misconfigured',
  40014: 'unreachable',
  40056: 'misconfigured',
  40096: 'gone',
  40201: 'misconfigured',
  42001: 'unreachable',
  45001: 'too_large',
  45009: { code: 'throttled', retryAfter: MINUTE },
  45011: { code: 'throttled', retryAfter: MINUTE },
  45033: { code: 'throttled', retryAfter: 5_000 },
  48001: 'misconfigured',
  48002: 'misconfigured',
  60011: 'misconfigured',
  60020: 'misconfigured',
  60111: 'gone',
  81013: 'gone',
  95000: 'misconfigured',
  95001: 'quota',
  95002: 'window_closed',
  95004: 'misconfigured',
  95011: 'misconfigured',
  95012: 'misconfigured',
  95013: 'window_closed',
  95017: 'misconfigured',
  95018: 'window_closed',
  301002: 'misconfigured',
}

const token = z.object({ access_token: z.string().min(1), expires_in: z.number() })

/** Calls of WeCom with the access token of one secret, which all nodes share. */
export function createWeComClient(options: WeComClientOptions): Api {
  const { corpId, secret, host, apiBase = BASE, timeoutMs = TIMEOUT_MS } = options
  const common = { base: apiBase, errors: WECOM_ERRORS, timeoutMs, logger: host.logger }
  const bare = createApi(common)
  const query = new URLSearchParams({ corpid: corpId, corpsecret: secret })
  return createApi({
    ...common,
    token: createAccessToken({
      host,
      // Another secret is another token, also while the one before is still good.
      name: createHash('sha256').update(`${corpId}\n${secret}`).digest('hex').slice(0, 16),
      async request() {
        const asked = bare.get(`/cgi-bin/gettoken?${query}`, token).catch(nothingSent)
        const { access_token: fresh, expires_in: expiresIn } = await asked
        return { token: fresh, expiresIn }
      },
    }),
  })
}

/** Whatever became of the request for a token, no message has gone out by it. */
function nothingSent(thrown: unknown): never {
  if (!(thrown instanceof HutongError) || thrown.code !== 'timeout') throw thrown
  throw new HutongError('unreachable', thrown.message, { cause: thrown.cause })
}
