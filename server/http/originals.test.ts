import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { textBody } from '../test-relay.ts'
import { openStand, type Stand, TOKENS } from '../test-stand.ts'

const HTML = `<p onclick="steal()">Three tins, please.</p><script>steal()</script>
<img src="https://tracker.example/pixel.gif"><blockquote type="cite">How many?</blockquote>`
const MAIL = [
  'From: Lin <lin@people.example>',
  'Subject: Re: Longjing',
  'Content-Type: multipart/alternative; boundary=cut',
  '',
  '--cut',
  'Content-Type: text/plain',
  '',
  'Three tins, please.',
  '',
  '> How many?',
  '--cut',
  'Content-Type: text/html',
  '',
  HTML,
  '--cut--',
  '',
].join('\r\n')

let stand: Stand
let conversation: string
beforeAll(async () => {
  stand = await openStand()
  const mail = { from: { address: 'lin' }, site: 'shop', key: 'mail', body: textBody('Three tins, please.'), raw: MAIL }
  conversation = (await stand.relay.receive('letters', mail)).conversation
})
afterAll(() => stand.close())

const get = (rest: string) => stand.ask(`/v1/conversations/${conversation}/entries/${rest}`, { token: TOKENS.shop })

describe('the original of a mail', () => {
  it('tells subject, the whole text and what was cut from it', async () => {
    const { body } = await get('1/original')
    expect(body).toMatchObject({ subject: 'Re: Longjing', html: true, remote: true })
    expect(body.text).toContain('Three tins, please.')
    expect(body.quoted).toContain('How many?')
  })

  it('is a page that runs nothing, loads nothing and may be framed by the desk alone', async () => {
    const { body, headers } = await get('1/original.html')
    expect(body.text).toContain('Three tins, please.')
    expect(body.text).not.toMatch(/steal|onclick|\ssrc="https:\/\/tracker/)
    const policy = headers.get('content-security-policy')
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'self'")
    expect(policy).toContain('sandbox')
    expect(policy).not.toMatch(/img-src|script/)
  })

  it('shows the pictures that came with the mail, and no file that did not, whatever the mail says', async () => {
    const { store, relay } = stand
    const file = {
      site: 'shop',
      name: 'tin.png',
      type: 'image/png',
      bytes: 3,
      owner: 'letters:',
      createdAt: Date.now(),
    }
    await Promise.all(['f_tin', 'f_foreign'].map((id) => store.addFile({ ...file, id })))
    const named = (id: string, cid: string) => `X-Hutong-Inline: ${id} ${Buffer.from(cid).toString('base64url')}`
    const html = '<img src="cid:tin"><img src="cid:foreign">'
    const top = [named('f_tin', 'tin'), named('f_foreign', 'foreign'), 'Content-Type: text/html']
    const parts = [{ kind: 'image' as const, file: 'f_tin', type: 'image/png' }]
    const mail = { from: { address: 'max' }, site: 'shop', key: 'pictured', body: { kind: 'message' as const, parts } }
    const { conversation: id } = await relay.receive('letters', { ...mail, raw: `${top.join('\r\n')}\r\n\r\n${html}` })
    const path = `/v1/conversations/${id}/entries/1/original.html`
    const { body, headers } = await stand.ask(path, { token: TOKENS.shop })
    expect(body.text).toMatch(/<img src="http:\/\/127\.0\.0\.1:\d+\/files\/f_tin\?/)
    expect(body.text).not.toContain('f_foreign')
    expect(headers.get('content-security-policy')).toContain(`img-src ${stand.url};`)
  })

  it('shows images from elsewhere when they are asked for', async () => {
    const { body, headers } = await get('1/original.html?images=remote')
    expect(body.text).toContain('src="https://tracker.example/pixel.gif"')
    expect(headers.get('content-security-policy')).toContain('img-src https: http:')
  })

  it('is not found where the log says everything, nor once it is not kept any more', async () => {
    const { conversation: web } = await stand.write('hello', { address: 'web' })
    const asked = (id: string) => stand.ask(`/v1/conversations/${id}/entries/1/original`, { token: TOKENS.shop })
    expect((await asked(web)).status).toBe(404)
    expect((await get('2/original')).status).toBe(404)
    await stand.store.purge(Date.now() + 2 * 86_400_000)
    expect((await get('1/original')).status).toBe(404)
  })
})
