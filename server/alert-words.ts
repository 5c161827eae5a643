/** What a group of agents is told of a conversation that needs them. */
export interface AlertWords {
  nobody: string
  waiting(customer: string, site: string): string
  /** `ms` without an answer, said in whole minutes, below one in seconds. */
  late(customer: string, site: string, ms: number): string
}

const en: AlertWords = {
  nobody: 'A visitor',
  waiting: (customer, site) => `${customer} is waiting for a person (${site})`,
  late: (customer, site, ms) =>
    `${customer} has had no answer for ${lasting(ms, { minutes: 'min', seconds: 's' })} (${site})`,
}

const zh: AlertWords = {
  nobody: '访客',
  waiting: (customer, site) => `${customer} 正在等待人工客服（${site}）`,
  late: (customer, site, ms) =>
    `${customer} 已 ${lasting(ms, { minutes: '分钟', seconds: '秒' })}未得到回复（${site}）`,
}

function lasting(ms: number, units: { minutes: string; seconds: string }): string {
  return ms < 60_000
    ? `${Math.max(1, Math.floor(ms / 1_000))} ${units.seconds}`
    : `${Math.floor(ms / 60_000)} ${units.minutes}`
}

export function alertWordsFor(locale: string | undefined): AlertWords {
  return locale?.toLowerCase().startsWith('zh') ? zh : en
}
