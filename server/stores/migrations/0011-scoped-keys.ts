/** Keys that bots and the relay have named stand under their authors, so that a repeat from before is still one. */
export const scopedKeys = {
  version: 11,
  name: 'scoped-keys',
  statements: (): string[] => [
    `update entries set key = '~bot:' || replace(replace(sender ->> 'id', '%', '%25'), '~', '%7E') || '~' || substr(key, 2)
      where key like '~%' and sender ->> 'kind' = 'bot'`,
    `update entries set key = '~relay~' || substr(key, 2) where key like '~%' and sender ->> 'kind' = 'system'`,
  ],
}
