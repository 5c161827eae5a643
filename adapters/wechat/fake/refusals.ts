/**
 * The platform's numbers for what it refuses, with the words it sends beside them
 * (https://developers.weixin.qq.com/doc/oplatform/developers/errCode/errCode.html).
 */
export const REFUSALS = {
  40001: 'invalid credential, access_token is invalid or not latest',
  40002: 'invalid grant_type',
  40003: 'invalid openid',
  40004: 'invalid media type',
  40005: 'invalid file type',
  40007: 'invalid media_id',
  40008: 'invalid message type',
  40013: 'invalid appid',
  40014: 'invalid access_token',
  40015: 'invalid menu type',
  40016: 'invalid button size',
  40017: 'invalid button type',
  40018: 'invalid button name size',
  40019: 'invalid button key size',
  40020: 'invalid button url size',
  40023: 'invalid sub button size',
  40024: 'invalid sub button type',
  40025: 'invalid sub button name size',
  40026: 'invalid sub button key size',
  40027: 'invalid sub button url size',
  40035: 'invalid parameter',
  40052: 'invalid action name',
  40053: 'invalid action info',
  40097: 'invalid args',
  40125: 'invalid appsecret',
  41001: 'access_token missing',
  41002: 'appid missing',
  41004: 'appsecret missing',
  41005: 'media data missing',
  41006: 'media_id missing',
  41009: 'openid missing',
  42001: 'access_token expired',
  43001: 'require GET method',
  43002: 'require POST method',
  43004: 'require subscribe',
  44001: 'empty media data',
  44002: 'empty post data',
  44004: 'empty content',
  45001: 'media size out of limit',
  45002: 'content size out of limit',
  45007: 'playtime out of limit',
  45008: 'article size out of limit',
  45009: 'reach max api daily quota limit',
  45011: 'api minute-quota reach limit, must slower, retry next minute',
  45015: 'response out of time limit or subscription is canceled',
  45047: 'out of response count limit',
  45072: 'command not match',
  45080: 'out of typing interaction limit',
  45081: 'already typing',
  46003: 'menu no exist',
  47001: 'data format error',
  53600: 'invalid article_id',
} as const satisfies Record<number, string>

export interface Refusal {
  readonly errcode: number
  readonly errmsg: string
}

export const OK = { errcode: 0, errmsg: 'ok' } as const

export function refuse(errcode: keyof typeof REFUSALS, hint = ''): Refusal {
  return { errcode, errmsg: hint === '' ? REFUSALS[errcode] : `${REFUSALS[errcode]} hint: [${hint}]` }
}

export function isRefusal(value: object | undefined): value is Refusal {
  return value !== undefined && 'errcode' in value
}
