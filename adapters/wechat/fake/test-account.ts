import { createServer, type IncomingMessage } from 'node:http'
import { createFakeWeChat, type FakeWeChat, type FakeWeChatOptions } from './fake-wechat.ts'

/** What came in at the account's own server. */
export interface Callback {
  readonly query: URLSearchParams
  readonly body: string
}

/** The fake and a server of the account that answers its callbacks. */
export interface AccountStand {
  readonly fake: FakeWeChat
  readonly callbacks: readonly Callback[]
  /** Asks the API with a fresh token. */
  ask(path: string, json?: unknown): Promise<Record<string, unknown>>
  upload(kind: string, name: string, bytes: Uint8Array<ArrayBuffer>): Promise<Record<string, unknown>>
  token(): Promise<string>
  close(): Promise<void>
}

export const APP_ID = 'wxba5fad812f8e6fb9'
export const SECRET = '4f3ad57b6989f09f4eb392acce4f9e93'

export async function startAccount(
  options: Partial<FakeWeChatOptions> = {},
  answer: (callback: Callback) => string = () => 'success',
): Promise<AccountStand> {
  const callbacks: Callback[] = []
  const server = createServer(async (incoming, outgoing) => {
    const query = new URL(incoming.url ?? '', 'http://localhost').searchParams
    const callback = { query, body: await whole(incoming) }
    callbacks.push(callback)
    outgoing.end(answer(callback))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const callbackUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/wechat`
  const base = { appId: APP_ID, secret: SECRET, token: 'AAAAA', encodingAesKey: 'A'.repeat(43), callbackUrl }
  const fake = await createFakeWeChat({
    ...base,
    format: 'xml',
    mode: 'plain',
    now: () => 1_714_037_059_000,
    ...options,
  })

  async function token(): Promise<string> {
    const body = JSON.stringify({ grant_type: 'client_credential', appid: APP_ID, secret: SECRET })
    const answered = await fetch(`${fake.url}/cgi-bin/stable_token`, { method: 'POST', body })
    return (await answered.json()).access_token
  }

  return {
    fake,
    callbacks,
    token,
    async ask(path, json) {
      const url = `${fake.url}/cgi-bin/${path}${path.includes('?') ? '&' : '?'}access_token=${await token()}`
      const init = json === undefined ? {} : { method: 'POST', body: JSON.stringify(json) }
      return (await fetch(url, init)).json()
    },
    async upload(kind, name, bytes) {
      const body = new FormData()
      body.set('media', new File([bytes], name))
      const url = `${fake.url}/cgi-bin/media/upload?type=${kind}&access_token=${await token()}`
      return (await fetch(url, { method: 'POST', body })).json()
    },
    async close() {
      await fake.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function whole(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

export const PNG = Uint8Array.from(
  Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  ),
)
