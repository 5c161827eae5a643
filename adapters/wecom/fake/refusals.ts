/**
 * WeCom's numbers for what it refuses (https://developer.work.weixin.qq.com/document/path/90313). A message id of a customer service
 * account that was used before, a spent code and a change of state that is not allowed have no number of their own there: 40058 with
 * the field's name in its hint.
 */
export const REFUSALS = {
  40001: 'invalid credential',
  40003: 'invalid userid',
  40005: 'invalid type',
  40006: 'invalid media size',
  40004: 'invalid media type',
  40007: 'invalid media_id',
  40008: 'invalid message type',
  40013: 'invalid corpid',
  40014: 'invalid access_token',
  40039: 'invalid url length',
  40056: 'invalid agentid',
  40058: 'invalid Request Parameter',
  40096: 'invalid external_userid',
  41001: 'access_token missing',
  41002: 'corpid missing',
  41004: 'corpsecret missing',
  41005: 'media data missing',
  41006: 'media_id missing',
  42001: 'access_token expired',
  42014: 'taskid has existed or empty or exceed max len',
  43001: 'require GET method',
  43002: 'require POST method',
  44001: 'empty media data',
  44004: 'empty content',
  45001: 'media size out of limit',
  45002: 'content size out of limit',
  45007: 'playtime out of limit',
  45008: 'article size out of limit',
  45009: 'api freq out of limit',
  48002: 'api forbidden',
  81013: 'user & party & tag all invalid',
  82001: 'touser & toparty & totag all empty',
  86001: 'invalid chatid',
  86003: 'chatid not exist',
  86006: 'invalid member count',
  86207: 'owner not in userlist',
  86215: 'chatid existed',
  86216: 'contain invalid member',
  93000: 'invalid webhook url',
  95000: 'invalid open_kfid',
  95001: 'out of send count limit',
  95002: 'out of send time limit',
  95004: 'open_kfid not exist',
  95007: 'invalid msg token',
  95013: 'session is over',
  95014: 'user is not a servicer, or serves nobody now',
  95018: 'send msg session status invalid',
  301002: 'no permission for this agent',
  301019: 'media md5 not match',
  830002: 'media larger than 20 MB needs a Range',
} as const satisfies Record<number, string>

export interface Refusal {
  readonly errcode: number
  readonly errmsg: string
}

export const OK = { errcode: 0, errmsg: 'ok' } as const

export function refuse(errcode: keyof typeof REFUSALS, hint = 'none'): Refusal {
  const more = `https://open.work.weixin.qq.com/devtool/query?e=${errcode}`
  return { errcode, errmsg: `${REFUSALS[errcode]}, hint: [${hint}], from ip: 127.0.0.1, more info at ${more}` }
}

export function isRefusal(value: object | undefined): value is Refusal {
  return value !== undefined && 'errcode' in value && value.errcode !== 0
}
