/** What the relay says to a customer who may go on in an app. */
export interface InviteWords {
  /** `link` leads there; `day` is the last one on which it does. */
  invite(link: string, day: string): string
  /** The same, after another way was offered. */
  or(link: string, day: string): string
  /** What the picture shows, for those who cannot see it. */
  code: string
}

const APPS: Readonly<Record<string, string>> = { WeChat: '微信' }

const en = (app = 'your phone'): InviteWords => ({
  invite: (link, day) =>
    `You can go on in ${app}, and the answer will reach you there. Scan this code with ${app}, or open this link there until ${day}: ${link}`,
  or: (link, day) => `Or go on in ${app}: scan this code with it, or open this link there until ${day}: ${link}`,
  code: `QR code to go on in ${app}`,
})

const zh = (app = '手机'): InviteWords => ({
  invite: (link, day) =>
    `您可以在${app}中继续会话并收到回复。请在 ${day} 前用${app}扫描二维码，或在${app}中打开链接：${link}`,
  or: (link, day) => `或在${app}中继续：请在 ${day} 前用${app}扫描二维码，或在${app}中打开链接：${link}`,
  code: `用${app}继续会话的二维码`,
})

/** `app`: what its makers call it; without a name any phone will do. */
export function inviteWordsFor(locale: string | undefined, app: string | undefined): InviteWords {
  const chinese = locale?.toLowerCase().startsWith('zh') ?? false
  return chinese ? zh(app && (APPS[app] ?? app)) : en(app)
}
