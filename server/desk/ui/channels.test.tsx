import type { Capabilities } from '@hutong/core/adapter'
import { HutongError } from '@hutong/core/errors'
import type { Part } from '@hutong/core/parts'
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/preact'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ClosedWay, Way } from '../model/api.ts'
import type { PretendRelay } from '../pretend-relay.ts'
import { openRelay, openZoe } from './test-desk.tsx'

const CAPABILITIES: Capabilities = {
  parts: ['text', 'image', 'audio', 'video', 'card', 'choices'],
  text: { markdown: false, max: 20, unit: 'chars' },
  choices: { max: 10, label: 40 },
  buttons: 0,
  files: { maxBytes: 1_000 },
  partsPerMessage: 1,
  edit: false,
  recall: false,
  reactions: false,
  typing: true,
  initiate: false,
  idempotentSend: 'none',
  gatherMs: 0,
  reports: [],
  readsLog: false,
}
const OPENID = 'oABCDEFGHIJKLMNOPQRSTUVWXYZ0'
const wechat: Way = { channel: 'gzh', address: OPENID, why: 'last', readsLog: false }
const mail: Way = { channel: 'mail', address: 'zoe@example.org', why: 'verified', readsLog: false }
const widget: Way = { channel: 'web', address: 't', why: 'verified', readsLog: true }
const closed: ClosedWay = { ...wechat, code: 'quota', reason: 'all five are used' }

let relay: PretendRelay

beforeEach(() => {
  relay = openRelay()
  relay.channels.push({ id: 'gzh', kind: 'wechat', site: 'tea', originals: false, capabilities: CAPABILITIES })
  relay.channels.push({ id: 'kf', kind: 'wecom-kf', site: 'tea', originals: false, capabilities: CAPABILITIES })
})
afterEach(() => {
  vi.useRealTimers()
  cleanup()
})

const log = () => within(screen.getByRole('log'))
const write = (text: string) =>
  fireEvent.input(screen.getByRole('textbox', { name: 'Reply' }), { target: { value: text } })
const click = (name: string | RegExp) => fireEvent.click(screen.getByRole('button', { name }))

describe('before a reply is sent, the composer says', () => {
  it('how many messages the platform still takes, and until when', async () => {
    const until = new Date()
    until.setHours(23, 59, 30, 0)
    relay.setWays('v1', { reach: [{ ...wechat, left: 3, until: until.getTime() }] })
    await openZoe(relay)
    expect(
      await screen.findByText(/^Goes out by WeChat \(wrote there last\) · 3 messages left until 23:59 · /),
    ).toBeTruthy()
  })

  it('how many of them may only follow at once', async () => {
    const until = new Date()
    until.setHours(23, 59, 30, 0)
    const sooner = { left: 3, until: until.getTime() }
    relay.setWays('v1', { reach: [{ ...wechat, left: 8, until: until.getTime(), sooner }] })
    await openZoe(relay)
    expect(await screen.findByText(/8 messages left until 23:59, 3 of them only until 23:59/)).toBeTruthy()
  })

  it('nothing of ids that only the platform can read', async () => {
    relay.setWays('v1', {
      reach: [{ ...wechat, channel: 'kf', address: 'wmAJ2GCAAAme1XQRC-NI-q0_ZM9ukoAw@wkAJ2GCAAAZSfh' }],
    })
    await openZoe(relay)
    expect(await screen.findByText(/^Goes out by WeChat Customer Service \(wrote there last\)/)).toBeTruthy()
    fireEvent.keyDown(document.body, { key: 's' })
    expect(await screen.findByText(/No proven mail address of this customer is known/)).toBeTruthy()
  })

  it('how many are left after one of them went out', async () => {
    relay.setWays('v1', { reach: [{ ...wechat, left: 2 }] })
    await openZoe(relay)
    await screen.findByText(/2 messages left/)
    relay.setWays('v1', { reach: [{ ...wechat, left: 1 }] })
    relay.socket.push('signal', {
      conversation: 'v1',
      signal: { kind: 'delivery', of: 1, channel: 'gzh', state: 'sent' },
    })
    expect(await screen.findByText(/1 message left/)).toBeTruthy()
  })

  describe('what holds by the relay’s clock, when its window', () => {
    const HOUR = 3_600_000
    const beforeItEnds = async () => {
      relay.setWays('v1', { reach: [{ ...wechat, left: 3, until: relay.now() + 48 * HOUR }] })
      await openZoe(relay)
      await screen.findByText(/3 messages left/)
      relay.advance(49 * HOUR)
      relay.setWays('v1', { closed: [{ ...wechat, code: 'window_closed', reason: '48 hours are over' }] })
    }
    const said = () => screen.findByText('WeChat takes no reply now.')

    it('ended while the agent looked elsewhere, and comes back', async () => {
      await beforeItEnds()
      expect(screen.queryByText('WeChat takes no reply now.')).toBeNull()
      fireEvent.focus(window)
      expect(await said()).toBeTruthy()
    })

    it('ended while another customer wrote, who says what time it is', async () => {
      await beforeItEnds()
      relay.contact('v2', 'Max')
      relay.says('v2', 'Do you have tea?')
      expect(await said()).toBeTruthy()
    })

    it('ended before the computer of the agent thinks so', async () => {
      relay.advance(48 * HOUR)
      relay.setWays('v1', { reach: [{ ...wechat, left: 3, until: relay.now() + 1_500 }] })
      await openZoe(relay)
      await screen.findByText(/3 messages left/)
      relay.setWays('v1', { closed: [{ ...wechat, code: 'window_closed', reason: '48 hours are over' }] })
      await waitFor(() => expect(screen.getByText('WeChat takes no reply now.')).toBeTruthy(), { timeout: 4_000 })
    })

    it('ended, and nobody touches anything, half a minute later', async () => {
      vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
      await beforeItEnds()
      vi.advanceTimersByTime(30_000)
      expect(await said()).toBeTruthy()
    })
  })

  it.each([
    ['which other way is taken', { reach: [mail] }, 'It goes out by e-mail instead.'],
    [
      'that it is read elsewhere now',
      { reach: [{ ...widget, why: 'connected' as const }, mail] },
      'It is read in web chat now.',
    ],
    ['that it can only be read', { reach: [widget] }, 'It can only be read in web chat.'],
    ['that nothing is sent', {}, 'The reply stays here, marked as not delivered.'],
  ])('why a way is closed, and %s', async (_, open, instead) => {
    relay.setWays('v1', { ...open, closed: [closed] })
    await openZoe(relay)
    const note = (await screen.findByText('WeChat takes no more messages now.')).closest('li')
    expect(note?.textContent).toBe(`WeChat takes no more messages now. ${instead} Reason: all five are used`)
  })

  it('that no way leads to the customer', async () => {
    relay.setWays('v1', {})
    await openZoe(relay)
    expect(await screen.findByText(/^No way leads to this customer now\./)).toBeTruthy()
    expect(screen.getByText(/^Nothing is sent · /)).toBeTruthy()
  })

  it('that a long text makes several messages, and that they are too many', async () => {
    relay.setWays('v1', { reach: [{ ...wechat, left: 2 }] })
    await openZoe(relay)
    await screen.findByText(/2 messages left/)
    write('Your order went out this morning')
    expect(await screen.findByText('Makes 2 messages in WeChat.')).toBeTruthy()
    write('Your order went out this morning and comes on Monday')
    expect(await screen.findByText(/^WeChat takes only 2 more, and this makes 3 messages\./)).toBeTruthy()
  })

  it('that a file goes as a link', async () => {
    relay.setWays('v1', { reach: [wechat] })
    await openZoe(relay)
    const files = [new File(['x'], 'invoice.pdf')]
    fireEvent.change(screen.getByLabelText('Attach files'), { target: { files } })
    expect(await screen.findByText('invoice.pdf goes as a link: WeChat does not show it.')).toBeTruthy()
  })
})

describe('going on over another channel', () => {
  it('is not offered where no channel can invite', async () => {
    await openZoe(relay)
    expect(screen.queryByRole('button', { name: /Continue/ })).toBeNull()
  })

  it('is asked for by button, sent to the only channel there is, and said', async () => {
    relay.setWays('v1', { reach: [widget], invitations: ['gzh'] })
    await openZoe(relay)
    fireEvent.click(await screen.findByRole('button', { name: 'Continue in WeChat' }))
    expect(screen.getByText(/^Zoe is shown a message with a QR code and a link\./)).toBeTruthy()
    click('Send invitation')
    expect(await screen.findByText('The invitation to WeChat stands in the conversation.')).toBeTruthy()
    expect(await log().findByText('Go on by gzh')).toBeTruthy()
  })

  it('leads to the channel that was chosen', async () => {
    relay.setWays('v1', { reach: [widget], invitations: ['gzh', 'kf'] })
    await openZoe(relay)
    await screen.findByRole('button', { name: 'Continue on another channel' })
    fireEvent.keyDown(document.body, { key: 'i' })
    fireEvent.click(await screen.findByRole('radio', { name: 'WeChat Customer Service' }))
    click('Send invitation')
    await waitFor(() => expect(relay.api.invited).toEqual(['kf']))
  })

  it('says why when the platform refuses', async () => {
    relay.setWays('v1', { reach: [widget], invitations: ['gzh'] })
    await openZoe(relay)
    fireEvent.click(await screen.findByRole('button', { name: 'Continue in WeChat' }))
    relay.fail(new HutongError('misconfigured', 'the address is not on the IP whitelist'))
    click('Send invitation')
    expect(await screen.findByText('That did not work: the address is not on the IP whitelist')).toBeTruthy()
  })
})

describe('a message from WeChat', () => {
  const zoe = { kind: 'contact' as const, id: 'c_v1' }
  const arrives = (...parts: Part[]) =>
    relay.append('v1', { from: zoe, channel: 'gzh', body: { kind: 'message', parts } })

  it('names its channel, in the list as well', async () => {
    arrives({ kind: 'text', text: 'From my phone', format: 'plain' })
    await openZoe(relay)
    expect(await log().findByText('WeChat')).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Show whole message' })).toBeNull()
    expect(screen.getByRole('link', { name: /Zoe \(WeChat\)/ })).toBeTruthy()
  })

  it('in a voice that browsers cannot play is there to be downloaded, with what was said', async () => {
    const url = 'https://relay.example/voice'
    arrives({ kind: 'audio', url, name: 'voice.amr', type: 'audio/amr', transcript: 'Where is it?' })
    await openZoe(relay)
    expect((await log().findByRole('link', { name: 'Download voice.amr' })).getAttribute('href')).toBe(url)
    expect(log().getByText(/^Browsers cannot play this kind of recording/)).toBeTruthy()
    expect(log().getByText('Where is it?')).toBeTruthy()
    expect(document.querySelector('audio')).toBeNull()
  })

  it('that cannot be shown says what it was, and a place leads to a map', async () => {
    arrives(
      { kind: 'unsupported', native: 'sticker', text: 'a waving cat' },
      { kind: 'location', latitude: 31.2, longitude: 121.5, name: 'Tea house' },
    )
    await openZoe(relay)
    expect(await log().findByText('a waving cat')).toBeTruthy()
    expect(log().getByText('Cannot be shown here (sticker)')).toBeTruthy()
    expect(
      log()
        .getByRole('link', { name: /Open map/ })
        .getAttribute('href'),
    ).toContain('mlat=31.2&mlon=121.5')
  })

  it('that its writer took back shows no words any more', async () => {
    const of = arrives({ kind: 'text', text: 'my password', format: 'plain' })
    relay.append('v1', { from: zoe, channel: 'gzh', body: { kind: 'recall', of } })
    await openZoe(relay)
    expect(await log().findByText('Message taken back')).toBeTruthy()
    expect(log().queryByText('my password')).toBeNull()
  })

  it('that a colleague typed in WeCom says so', async () => {
    const parts: Part[] = [{ kind: 'text', text: 'I am on it', format: 'plain' }]
    const from = { kind: 'agent' as const, id: 'lin', name: 'Lin' }
    relay.append('v1', { from, channel: 'kf', body: { kind: 'message', parts } })
    await openZoe(relay)
    expect(await log().findByText('written in WeCom')).toBeTruthy()
  })

  it('that could not be taken back there says so, also when it had not arrived', async () => {
    const from = { kind: 'agent' as const, id: 'a_ana' }
    const parts: Part[] = [{ kind: 'text', text: 'Wrong person', format: 'plain' }]
    const of = relay.append('v1', { from, body: { kind: 'message', parts } })
    relay.append('v1', { from, body: { kind: 'recall', of } })
    const body = { kind: 'delivery' as const, of, channel: 'gzh', state: 'failed' as const, reason: 'too late' }
    relay.append('v1', { from: { kind: 'system', id: 'relay' }, body: { ...body, recall: true } })
    relay.setReach('v1', [wechat], [{ seq: of, target: 'channel:gzh', state: 'unsure', error: null, reported: null }])
    await openZoe(relay)
    expect(await log().findByText(/^Taken back here, but not from WeChat/)).toBeTruthy()
    expect(log().getByText('Reason: too late')).toBeTruthy()
  })
})

describe('customers who wait too long', () => {
  it('are known by the relay’s clock, not by that of the agent’s computer', async () => {
    relay.advance((relay.log('v1')[0]?.at ?? 0) + 130_000 - Date.now())
    await openZoe(relay)
    expect(await screen.findByRole('link', { name: /Zoe.*waits 2m$/ })).toBeTruthy()
    expect(log().getByText('Today')).toBeTruthy()
  })

  it('are counted above the list, which leads to who has waited longest', async () => {
    relay.contact('v2', 'Max')
    relay.says('v2', 'Do you have tea?')
    await openZoe(relay)
    fireEvent.click(await screen.findByRole('link', { name: /Max/ }))
    click('2 customers wait too long')
    expect(await log().findByText('Where is my order?')).toBeTruthy()
    expect(screen.getByRole('link', { name: /Zoe.*waits .*, too long/ })).toBeTruthy()
  })
})
