/** Why a message that was taken did not arrive (https://developer.work.weixin.qq.com/document/path/94670), for agents to read. */
const REASONS: Readonly<Record<number, string>> = {
  1: 'the customer service account was deleted',
  2: 'the app that may call customer service was closed',
  4: 'the session is older than 48 hours: WeChat takes an answer when the customer writes again',
  5: 'the session is over: WeChat takes an answer when the customer writes again',
  6: 'more than 5 messages after the last one of the customer: WeChat takes more when they write again',
  7: 'the company is bound to no Channels account',
  8: 'the company is not verified',
  9: 'the company is not verified and bound to no Channels account',
  10: 'the customer refuses messages of this account',
}

export function reasonOf(failType: number): string {
  return REASONS[failType] ?? `WeChat did not deliver it (fail_type ${failType})`
}
