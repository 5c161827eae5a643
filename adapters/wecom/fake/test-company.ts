import { createServer } from 'node:http'
import { createFakeEnvelope } from '@hutong/tencent/fake-envelope'
import { fakeElement } from '@hutong/tencent/fake-payload'
import { afterEach } from 'vitest'
import { createFakeWeCom, type FakeWeCom } from './fake-wecom.ts'

export const APP = { agentId: 1000002, secret: 'app-secret', token: 'app-token', encodingAesKey: 'A'.repeat(43) }
export const KF_ID = 'wkHutongAccount0000000000000001'
export const KF = { secret: 'kf-secret', token: 'kf-token', encodingAesKey: `${'B'.repeat(42)}A` }
export const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0])
export const START = Date.UTC(2026, 0, 5, 9)
const CORP = 'ww5823bf96d3bd56c7'

type Json = Record<string, unknown>

export interface Company {
  readonly fake: FakeWeCom
  /** What the app and customer service were pushed, decrypted, oldest first. */
  readonly heard: string[]
  ask(secret: string, path: string, json?: object, query?: string): Promise<Json>
  app(path: string, json?: object): Promise<Json>
  kf(path: string, json?: object): Promise<Json>
  upload(kind: string, name: string, bytes: Uint8Array<ArrayBuffer>): Promise<Json>
  /** Everything new at the account, read page by page. */
  read(cursor?: string, more?: object): Promise<{ cursor: string; list: Json[] }>
}

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

/** A company on a standing clock, with servers that take every callback. */
export async function startCompany({ nativeWelcome }: { nativeWelcome?: string } = {}): Promise<Company> {
  const heard: string[] = []
  const urls = { app: await listen(APP, heard), kf: await listen(KF, heard) }
  const account = { openKfId: KF_ID, name: '山茶花客服', servicers: ['wang', 'zhao'] }
  const fake = await createFakeWeCom({
    corpId: CORP,
    app: APP,
    kf: { ...KF, accounts: [nativeWelcome === undefined ? account : { ...account, nativeWelcome }] },
    robots: ['robot-key'],
    callbackUrls: urls,
    now: () => START,
  })
  open.unshift(() => fake.close())

  async function token(secret: string): Promise<string> {
    const query = new URLSearchParams({ corpid: CORP, corpsecret: secret })
    const answered: Json = await (await fetch(`${fake.url}/cgi-bin/gettoken?${query}`)).json()
    return String(answered.access_token)
  }

  async function ask(secret: string, path: string, json?: object, query = ''): Promise<Json> {
    const init = json === undefined ? {} : { method: 'POST', body: JSON.stringify(json) }
    const url = `${fake.url}/cgi-bin/${path}?access_token=${await token(secret)}${query}`
    return (await fetch(url, init)).json()
  }

  async function upload(kind: string, name: string, bytes: Uint8Array<ArrayBuffer>): Promise<Json> {
    const form = new FormData()
    form.set('media', new File([bytes], name))
    const url = `${fake.url}/cgi-bin/media/upload?type=${kind}&access_token=${await token(APP.secret)}`
    return (await fetch(url, { method: 'POST', body: form })).json()
  }

  async function read(cursor = '', more: object = {}): Promise<{ cursor: string; list: Json[] }> {
    const page = await ask(KF.secret, 'kf/sync_msg', { open_kfid: KF_ID, cursor, ...more })
    const list = page.msg_list as Json[]
    const next = String(page.next_cursor)
    if (page.has_more !== 1) return { cursor: next, list }
    const rest = await read(next, more)
    return { cursor: rest.cursor, list: [...list, ...rest.list] }
  }

  const app = (path: string, json?: object) => ask(APP.secret, path, json)
  const kf = (path: string, json?: object) => ask(KF.secret, path, json)
  return { fake, heard, ask, app, kf, upload, read }
}

async function listen(secrets: { token: string; encodingAesKey: string }, heard: string[]): Promise<string> {
  const envelope = createFakeEnvelope({ ...secrets, receiveId: CORP })
  const server = createServer(async (incoming, outgoing) => {
    const query = new URL(incoming.url ?? '', 'http://localhost').searchParams
    const chunks: Uint8Array[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const encrypted = query.get('echostr') ?? fakeElement(Buffer.concat(chunks).toString(), 'Encrypt') ?? ''
    const signature = envelope.sign(query.get('timestamp') ?? '', query.get('nonce') ?? '', encrypted)
    const text = envelope.decrypt(encrypted) ?? ''
    if (signature !== query.get('msg_signature')) return outgoing.writeHead(401).end()
    if (!query.has('echostr')) heard.push(text)
    outgoing.end(query.has('echostr') ? text : '')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/callback`
}
