/** What a group of agents is told of a conversation that needs them. */
export interface AlertWords {
  nobody: string
  waiting(customer: string, site: string): string
  late(customer: string, site: string, minutes: number): string
}

const en: AlertWords = {
  nobody: 'A visitor',
  waiting: (customer, site) => `${customer} is waiting for a person (${site})`,
  late: (customer, site, minutes) => `${customer} has had no answer for ${minutes} min (${site})`,
}

const zh: AlertWords = {
  nobody: '访客',
  waiting: (customer, site) => `${customer} 正在等待人工客服（${site}）`,
  late: (customer, site, minutes) => `${customer} 已 ${minutes} 分钟未得到回复（${site}）`,
}

export function alertWordsFor(locale: string | undefined): AlertWords {
  return locale?.toLowerCase().startsWith('zh') ? zh : en
}
