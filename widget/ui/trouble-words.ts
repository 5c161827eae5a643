interface Troubles {
  /** `size` is the most that is possible. */
  largerThan(size: string): string
  tooLong: string
  kind: string
  tooMany: string
  signedOut: string
  forbidden: string
  over: string
  refused: string
  connection: string
}

const en: Troubles = {
  largerThan: (size) => `a file may have ${size} at most.`,
  tooLong: 'the message is too long.',
  kind: 'files of this kind are not accepted here.',
  tooMany: 'too many at once, please wait a little.',
  signedOut: 'you are no longer signed in, please load the page again.',
  forbidden: 'this is not allowed here.',
  over: 'this is no longer possible.',
  refused: 'the message was not accepted.',
  connection: 'the connection failed.',
}

const zh: Troubles = {
  largerThan: (size) => `文件不能超过 ${size}。`,
  tooLong: '消息过长。',
  kind: '不支持此类文件。',
  tooMany: '发送过于频繁，请稍候再试。',
  signedOut: '登录已失效，请刷新页面。',
  forbidden: '此处不允许该操作。',
  over: '该操作已失效。',
  refused: '消息未被接受。',
  connection: '网络连接失败。',
}

/** They come with the code that needs them, in every language, as most visitors never see one. */
export const TROUBLES = { en, zh } as const
