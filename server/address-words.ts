/** What the relay itself says to a customer about an address to answer to. */
export interface Words {
  ask: string
  address: string
  send: string
  askCode(address: string): string
  code: string
  confirm: string
  wrong: string
  late: string
  throttled: string
  guessed: string
  unreachable: string
  done(address: string): string
  /** The whole text of the mail with the code. */
  mail(code: string): string
}

const en: Words = {
  ask: 'Leave your e-mail address, and the answer will also reach you when you have closed this page.',
  address: 'E-mail',
  send: 'Send',
  askCode: (address) =>
    `We have sent six digits to ${address}. Please enter them here within ten minutes, or answer that mail with the code alone.`,
  code: 'Code',
  confirm: 'Confirm',
  wrong: 'That is not the code. Please look again.',
  late: 'That code is not valid any more. Please enter your address again.',
  throttled: 'Too many codes were sent. Please try again in an hour.',
  guessed: 'Too many codes were tried today. Please try again tomorrow.',
  unreachable: 'We could not send a mail to that address. Please check it.',
  done: (address) => `Thank you. Answers that you do not read here go to ${address}.`,
  mail: (code) =>
    `${code}\n\nThis is the code to have answers to your chat sent to this address. Enter it in the chat within ten minutes, or answer this mail with the code alone.\n\nIf you did not ask for it, do nothing: no further mail will come.`,
}

const zh: Words = {
  ask: '留下您的邮箱，即使关闭了本页面，也能收到回复。',
  address: '邮箱',
  send: '发送',
  askCode: (address) => `我们已向 ${address} 发送了六位验证码，请在十分钟内填写，或仅用该验证码回复邮件。`,
  code: '验证码',
  confirm: '确认',
  wrong: '验证码不正确，请再看一下。',
  late: '验证码已失效，请重新填写邮箱。',
  throttled: '发送次数过多，请一小时后再试。',
  guessed: '今天的尝试次数过多。请明天再试。',
  unreachable: '无法向该邮箱发送邮件，请检查地址。',
  done: (address) => `谢谢。您未在此处阅读的回复会发送到 ${address}。`,
  mail: (code) =>
    `${code}\n\n这是验证码，用于将会话回复发送到本邮箱。请在十分钟内填写到会话窗口，或仅用该验证码回复本邮件。\n\n如果不是您本人的操作，请忽略：您不会再收到邮件。`,
}

export function wordsFor(locale: string | undefined): Words {
  return locale?.toLowerCase().startsWith('zh') ? zh : en
}
