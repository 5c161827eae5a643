/** What the relay says to somebody who followed the link of a conversation of the website. */
export interface JoinWords {
  told: string
  ask: string
  goOn: string
  apart: string
  keptApart: string
  /** When the address goes on in another conversation of the website already. */
  elsewhere: string
}

const en: JoinWords = {
  told: 'You go on here with the conversation from our website. Whoever has it open there reads what you write here.',
  ask: 'You followed a link from a conversation on our website. Shall we go on with that conversation here? Whoever has it open there then reads what you write. If somebody else gave you the link, keep them apart.',
  goOn: 'Go on from the website',
  apart: 'Keep them apart',
  keptApart: 'Nothing changes: what you write here stays in this conversation.',
  elsewhere:
    'You already go on here with another conversation from our website, so nothing changes. If both are yours, tell us, and we join them.',
}

const zh: JoinWords = {
  told: '您正在这里继续网站上的会话。在网站上打开该会话的人可以看到您在这里写的内容。',
  ask: '您打开了网站上某个会话的链接。要在这里继续那个会话吗？继续后，在网站上打开该会话的人可以看到您写的内容。如果链接是别人给您的，请选择分开。',
  goOn: '继续网站会话',
  apart: '保持分开',
  keptApart: '一切照旧：您在这里写的内容只留在本会话中。',
  elsewhere: '您已在这里继续网站上的另一个会话，因此一切照旧。如果两个会话都是您的，请告诉我们，我们会为您合并。',
}

/** In the language of whoever reads it; in both where that is not known, because the website's is another person's choice. */
export function joinWordsFor(locale: string | undefined): JoinWords {
  if (locale !== undefined) return locale.toLowerCase().startsWith('zh') ? zh : en
  const both = (name: keyof JoinWords, between: string) => `${en[name]}${between}${zh[name]}`
  return {
    told: both('told', '\n'),
    ask: both('ask', '\n'),
    goOn: both('goOn', ' / '),
    apart: both('apart', ' / '),
    keptApart: both('keptApart', '\n'),
    elsewhere: both('elsewhere', '\n'),
  }
}
