import type { Login } from './account.ts'

/** Whatever could be a token, or base64 of one: words of people are shorter. */
const TOKEN = /[A-Za-z0-9+/_-]{24,}={0,2}/g
const ENCODED = /[A-Za-z0-9+/_-]{4,}={0,2}/g
const COMMAND = /\b(AUTH(?:ENTICATE)?|LOGIN)((?: +[^\s]+){1,3})/g

/** What a server says of a login, without what it repeats of it: some answer with the command they refuse. */
export function withoutSecrets(said: string, login: Login | undefined): string {
  const password = login && 'password' in login ? login.password : ''
  const plain = password === '' ? said : said.replaceAll(password, '…')
  return plain
    .replace(ENCODED, (word) => (password !== '' && decoded(word).includes(password) ? '…' : word))
    .replace(COMMAND, '$1 …')
    .replace(TOKEN, '…')
}

function decoded(word: string): string {
  return Buffer.from(word, 'base64').toString('utf8')
}
