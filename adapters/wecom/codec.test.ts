import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parts as partsSchema } from '@hutong/core/parts'
import { parseJson } from '@hutong/tencent/json'
import type { Payload } from '@hutong/tencent/payload'
import { parseXml } from '@hutong/tencent/xml'
import { describe, expect, test } from 'vitest'
import { decode } from './codec.ts'

const FOLDER = join(import.meta.dirname, 'fixtures/app')

const text = (words: string) => ({ kind: 'parts', parts: [{ kind: 'text', text: words, format: 'plain' }] })
const unsupported = (native: string, words: string) => ({
  kind: 'parts',
  parts: [{ kind: 'unsupported', native, text: words }],
})
const event = (name: string, means: string | RegExp = /\w/) => ({
  kind: 'event',
  name,
  means: expect.stringMatching(means),
})

/** What each recorded callback is: something that was said, or an event. */
const MEANINGS: Readonly<Record<string, object>> = {
  'Approval-OpenApprovalChangeEvent.xml': event('open_approval_change'),
  'Contact-ChangeContactEvent.UpdateUser.xml': event('change_contact'),
  'ExternalContact-ChangeExternalChatEvent.Create.xml': event('change_external_chat'),
  'KfMessage-KfMessageEvent.xml': event('kf_msg_or_event', /its own channel/),
  'License-UnlicensedNotifyEvent.xml': event('unlicensed_notify'),
  'Meeting-MeetingChangeEvent.xml': event('meeting_change'),
  'Message-ImageMessageEvent.xml': { kind: 'medium', as: 'image', mediaId: 'media_id' },
  'Message-LinkMessageEvent.xml': {
    kind: 'parts',
    parts: [{ kind: 'card', title: 'this is a title！', text: 'this is a description！', buttons: [] }],
  },
  'Message-TextMessageEvent.xml': text('this is a test'),
  'Message-VideoMessageEvent.xml': { kind: 'medium', as: 'video', mediaId: 'media_id' },
  'OA-Calendar-DeleteCalendarEvent.json': event('delete_calendar'),
  'Push-ClickPushEvent.xml': text('EVENTKEY'),
  'Push-CloseInactiveAgentEvent.xml': event('close_inactive_agent'),
  'Push-LocationPushEvent.xml': event('LOCATION'),
  'Push-ReopenInactiveAgentEvent.xml': event('reopen_inactive_agent'),
  'Push-SubscribePushEvent.xml': event('subscribe'),
  'Push-TaskCardClickPushEvent.xml': unsupported('taskcard_click', 'key111'),
  'Push-UnsubscribePushEvent.xml': event('unsubscribe'),
  'Push-UpdateButtonReply.xml': unsupported('update_button', '[update_button]'),
  'Service-ChangeAppAdminEvent.xml': event('change_app_admin'),
  'Service-SuiteTicketEvent.xml': event('suite_ticket', /providers/),
  'Wedrive-WedriveFileChangeEvent.xml': event('wedrive_file_change'),
}

function read(name: string): Payload {
  const content = readFileSync(join(FOLDER, name), 'utf8')
  return name.endsWith('.json') ? parseJson(content) : parseXml(content)
}

function meaningOf(payload: Payload): object {
  const incoming = decode(payload)
  return incoming.kind === 'message' ? incoming.said : incoming
}

describe('recorded callbacks', () => {
  test('each recording has a meaning', () => {
    expect(Object.keys(MEANINGS).sort()).toEqual(readdirSync(FOLDER).sort())
  })

  test.each(Object.entries(MEANINGS))('understands %s, twice the same', (name, meaning) => {
    const payload = read(name)
    expect(meaningOf(payload)).toEqual(meaning)
    expect(decode(payload)).toEqual(decode(read(name)))
  })
})

const FROM = { ToUserName: 'ww1', FromUserName: 'Lin', CreateTime: '1767603600', AgentID: '1000002' }

describe('what members send', () => {
  const cases: readonly (readonly [string, Payload, object])[] = [
    [
      'voices',
      { MsgType: 'voice', MediaId: 'm1', Format: 'amr', MsgId: '1' },
      { kind: 'medium', as: 'audio', mediaId: 'm1' },
    ],
    [
      'pictures, with the other place where they are',
      { MsgType: 'image', MediaId: 'm1', PicUrl: 'https://wx.example/p.jpg', MsgId: '1' },
      { kind: 'medium', as: 'image', mediaId: 'm1', url: 'https://wx.example/p.jpg' },
    ],
    [
      'places, in the degrees of the world',
      { MsgType: 'location', Location_X: '31.2330', Location_Y: '121.4917', Label: '外滩', MsgId: '1' },
      {
        kind: 'parts',
        parts: [
          {
            kind: 'location',
            latitude: expect.closeTo(31.235, 3),
            longitude: expect.closeTo(121.4872, 3),
            name: '外滩',
          },
        ],
      },
    ],
    [
      'places that are nowhere',
      { MsgType: 'location', Location_X: '931', Location_Y: 'x', Label: '外滩', MsgId: '1' },
      unsupported('location', '外滩'),
    ],
    [
      'scanned codes',
      {
        MsgType: 'event',
        Event: 'scancode_waitmsg',
        EventKey: 'k',
        ScanCodeInfo: { ScanType: 'qrcode', ScanResult: '0012' },
      },
      text('0012'),
    ],
    [
      'places chosen from the menu',
      {
        MsgType: 'event',
        Event: 'location_select',
        SendLocationInfo: { Location_X: '1', Location_Y: '2', Label: 'here' },
      },
      { kind: 'parts', parts: [{ kind: 'location', latitude: 1, longitude: 2, name: 'here' }] },
    ],
    [
      'buttons that they press',
      {
        MsgType: 'event',
        Event: 'template_card_event',
        EventKey: 'hutong:v_1:7:size:l',
        TaskId: 't',
        ResponseCode: 'c',
      },
      { kind: 'pick', conversation: 'v_1', of: 7, option: 'size:l', responseCode: 'c' },
    ],
    [
      'options that they choose from a list',
      {
        ...{
          MsgType: 'event',
          Event: 'template_card_event',
          EventKey: 'hutong:v_1:7:',
          TaskId: 't',
          ResponseCode: 'c',
        },
        SelectedItems: { SelectedItem: { QuestionKey: 'option', OptionIds: { OptionId: '9' } } },
      },
      { kind: 'pick', conversation: 'v_1', of: 7, option: '9', responseCode: 'c' },
    ],
    [
      'presses of cards that are not ours',
      { MsgType: 'event', Event: 'template_card_event', EventKey: 'approve', TaskId: 't', ResponseCode: 'c' },
      unsupported('template_card_event', 'approve'),
    ],
    ['kinds that nobody knows', { MsgType: 'hologram', MsgId: '1' }, unsupported('hologram', '[hologram]')],
    ['events that nobody knows', { MsgType: 'event', Event: 'dance' }, unsupported('dance', '[dance]')],
    [
      'names that JavaScript knows',
      { MsgType: 'event', Event: 'constructor' },
      unsupported('constructor', '[constructor]'),
    ],
    ['texts without words', { MsgType: 'text', Content: '', MsgId: '1' }, unsupported('text', '[text]')],
  ]
  test.each(cases)('understands %s', (_, payload, meaning) => {
    const incoming = decode({ ...FROM, ...payload })
    expect(incoming).toMatchObject({ kind: 'message', from: 'Lin', at: 1_767_603_600_000, said: meaning })
    if (incoming.kind === 'message' && incoming.said.kind === 'parts')
      expect(partsSchema.safeParse(incoming.said.parts).success).toBe(true)
  })

  test('keeps ids that no number can hold', () => {
    expect(decode({ ...FROM, MsgType: 'text', Content: 'a', MsgId: '7294612003548127233' })).toMatchObject({
      native: '7294612003548127233',
    })
  })

  test('knows an event again, and tells two apart', () => {
    const click = (at: string) =>
      decode({ ...FROM, MsgType: 'event', Event: 'click', EventKey: 'prices', CreateTime: at })
    expect(click('1767603600')).toEqual(click('1767603600'))
    expect(click('1767603600')).not.toMatchObject({ native: nativeOf(click('1767603601')) })
  })

  test.each([
    {},
    { MsgType: [] },
    { MsgType: 'event' },
    { MsgType: 'text', FromUserName: { a: 'b' } },
    { Event: 'click' },
  ])('takes %j without a throw', (payload) => {
    expect(decode(payload as Payload).kind).toBe('event')
  })
})

function nativeOf(incoming: ReturnType<typeof decode>): string {
  return incoming.kind === 'message' ? incoming.native : ''
}
