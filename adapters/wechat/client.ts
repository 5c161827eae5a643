import type { Host } from '@hutong/core/adapter'
import { HutongError } from '@hutong/core/errors'
import { createAccessToken } from '@hutong/tencent/access-token'
import { type Api, type ApiError, createApi, platformCode, type Upload } from '@hutong/tencent/api'
import { z } from 'zod'
import type { Outgoing } from './codec.ts'
import type { PlatformButton } from './menu.ts'
import { codeRequest, sendRequest, tokenRequest, typingRequest } from './requests.ts'

export interface ClientOptions {
  host: Pick<Host, 'state' | 'lease' | 'clock' | 'logger'>
  appId: string
  secret: string
  /** `https://api.weixin.qq.com` */
  base: string
  /** Milliseconds for one call. */
  patience: number
}

export type MediaKind = 'image' | 'voice' | 'video' | 'thumb'

/**
 * The account's API. Every call rejects with a row of the error table: `timeout` when the platform may have acted. Kinds of calls
 * that reach no customer may be repeated whatever they reject with.
 */
export interface Client {
  /** Rejects unless the platform knows the account and lets this machine in. */
  check(): Promise<void>
  send(openid: string, message: Outgoing): Promise<void>
  typing(openid: string, on: boolean): Promise<void>
  upload(kind: MediaKind, file: Upload): Promise<string>
  download(mediaId: string): ReturnType<Api['download']>
  /** Who this is on all accounts of one owner; undefined where the account is bound to no Open Platform account. */
  union(openid: string): Promise<string | undefined>
  /** A code with this scene: what a camera reads, and the seconds that it lasts. */
  code(scene: string, seconds: number): Promise<{ url: string; seconds: number }>
  menu(): Promise<readonly PlatformButton[]>
  putMenu(buttons: readonly PlatformButton[]): Promise<void>
}

const HALF_MINUTE_MS = 30_000
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Beijing is ahead of UTC by this, and the platform counts its days there. */
const BEIJING_MS = 8 * HOUR_MS

/**
 * What the platform's numbers mean here (https://developers.weixin.qq.com/doc/oplatform/developers/errCode/errCode.html). One
 * that is not listed is `rejected`.
 */
const ERRORS: Readonly<Record<number, ApiError>> = {
  [-1]: { code: 'unreachable', retryAfter: 2_000 },
  // Credentials and settings: nothing goes until an operator has acted.
  40002: 'misconfigured',
  40013: 'misconfigured',
  40125: 'misconfigured',
  40164: 'misconfigured',
  40243: 'misconfigured',
  41001: 'misconfigured',
  41002: 'misconfigured',
  41004: 'misconfigured',
  48001: 'misconfigured',
  48004: 'misconfigured',
  50005: 'misconfigured',
  61004: 'misconfigured',
  89503: 'misconfigured',
  // A token that is refused even after a new one was asked for: something else ends them, which may stop.
  40001: { code: 'throttled', retryAfter: HALF_MINUTE_MS },
  40014: { code: 'throttled', retryAfter: HALF_MINUTE_MS },
  42001: { code: 'throttled', retryAfter: HALF_MINUTE_MS },
  // The customer.
  40003: 'gone',
  43004: 'gone',
  48002: 'gone',
  50002: 'gone',
  45015: 'window_closed',
  45047: 'quota',
  // Too much, too fast.
  45009: { code: 'throttled', retryAfter: HOUR_MS },
  45011: { code: 'throttled', retryAfter: MINUTE_MS },
  // Files.
  40004: 'unsupported_type',
  40005: 'unsupported_type',
  40006: 'too_large',
  45001: 'too_large',
  45007: 'too_large',
}

/** What an operator must do, beside what the platform says. */
const REMEDIES: Readonly<Record<number, string>> = {
  40001: 'is the AppSecret right, and does nothing else end the access token (/cgi-bin/token does)?',
  40013: 'is the AppID right?',
  40125: 'is the AppSecret right? A new one makes the old one wrong',
  40164: "add this machine's address to the IP whitelist (设置与开发 → 基本配置 → IP白名单)",
  40243: 'the AppSecret is frozen: unfreeze it in the console (设置与开发 → 基本配置)',
  48001: 'the account has no right to this: is it verified (认证)?',
  89503: "add this machine's address to the IP whitelist (设置与开发 → 基本配置 → IP白名单)",
}

const done = z.object({})
const tokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() })
const id = z.string().min(1)
const uploaded = z.union([z.object({ media_id: id }), z.object({ thumb_media_id: id })])
const person = z.object({ unionid: z.string().optional() })
const madeCode = z.object({ url: z.string().min(1), expire_seconds: z.number().positive() })
const menuAnswer = z.object({ menu: z.object({ button: z.array(z.record(z.string(), z.unknown())) }) })
const NO_MENU = 46003

export function createClient({ host, appId, secret, base, patience }: ClientOptions): Client {
  const common = { base, errors: ERRORS, timeoutMs: patience, logger: host.logger }
  const token = createAccessToken({ host, name: appId, request: requestToken(createApi(common), { appId, secret }) })
  const api: Api = createApi({ ...common, token })
  const explained = <T>(call: Promise<T>) => call.catch((thrown: unknown) => explain(thrown, host.clock.now()))

  return {
    check: async () => void (await explained(token.current())),
    // A token beforehand: what fails without one has surely not been sent.
    send: async (openid, message) => {
      await explained(token.current())
      await explained(api.post('/cgi-bin/message/custom/send', sendRequest(openid, message), done))
    },
    typing: async (openid, on) => {
      await explained(api.post('/cgi-bin/message/custom/typing', typingRequest(openid, on), done))
    },
    upload: async (kind, file) => {
      const answer = await explained(api.upload(`/cgi-bin/media/upload?type=${kind}`, file, uploaded))
      return 'media_id' in answer ? answer.media_id : answer.thumb_media_id
    },
    download: (mediaId) => explained(api.download(`/cgi-bin/media/get?media_id=${encodeURIComponent(mediaId)}`)),
    union: async (openid) => {
      const path = `/cgi-bin/user/info?openid=${encodeURIComponent(openid)}&lang=zh_CN`
      const { unionid } = await explained(api.get(path, person))
      return unionid || undefined
    },
    code: async (scene, seconds) => {
      const body = codeRequest(scene, seconds)
      const { url, expire_seconds } = await explained(api.post('/cgi-bin/qrcode/create', body, madeCode))
      return { url, seconds: expire_seconds }
    },
    menu: () => currentMenu(api).catch((thrown: unknown) => explain(thrown, host.clock.now())),
    putMenu: async (buttons) => {
      await explained(api.post('/cgi-bin/menu/create', { button: buttons }, done))
    },
  }
}

async function currentMenu(api: Api): Promise<readonly PlatformButton[]> {
  try {
    return (await api.get('/cgi-bin/menu/get', menuAnswer)).menu.button
  } catch (thrown) {
    if (platformCode(thrown) === NO_MENU) return []
    throw thrown
  }
}

/** Isolated from `/cgi-bin/token`, of which every call ends the token before. */
function requestToken(
  api: Api,
  account: { appId: string; secret: string },
): Parameters<typeof createAccessToken>[0]['request'] {
  return async (force) => {
    const answer = await api
      .post('/cgi-bin/stable_token', tokenRequest(account, force), tokenAnswer)
      .catch((thrown: unknown) => {
        // Whatever became of this request, no message has gone out by it.
        if (thrown instanceof HutongError && thrown.code === 'timeout')
          throw new HutongError('unreachable', thrown.message, { cause: thrown.cause })
        throw thrown
      })
    return { token: answer.access_token, expiresIn: answer.expires_in }
  }
}

/** Names the remedy where an operator must act, and the time where the platform counts by the day. */
function explain(thrown: unknown, now: number): never {
  const code = platformCode(thrown)
  if (!(thrown instanceof HutongError) || code === undefined) throw thrown
  const remedy = REMEDIES[code]
  const message = remedy === undefined ? thrown.message : `${thrown.message}: ${remedy}`
  const retryAfter = code === DAILY ? untilTomorrow(now) : thrown.retryAfter
  throw new HutongError(thrown.code, message, {
    cause: thrown.cause,
    ...(retryAfter === undefined ? {} : { retryAfter }),
  })
}

const DAILY = 45009

/** An hour at most: an operator can clear the count by hand (/cgi-bin/clear_quota). */
function untilTomorrow(now: number): number {
  return Math.min(DAY_MS - ((now + BEIJING_MS) % DAY_MS), HOUR_MS)
}
