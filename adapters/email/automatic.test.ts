import { expect, test } from 'vitest'
import { automaticOf } from './automatic.ts'

const of = (fields: Record<string, string>) =>
  automaticOf(Object.entries({ from: 'wang@client.example', ...fields }).map(([name, value]) => ({ name, value })))

test.each([
  'updates-noreply@board.example',
  'service_no_reply@cloud.example',
  'info@noreply.cloud.example',
  'noreply+7@code.example',
])('mail from %s is not answered', (from) => {
  expect(of({ from })).toBe('system')
})

test.each(['norely@client.example', 'nora.reply@client.example', 'no.replyson@client.example'])(
  'mail of the person at %s is answered',
  (from) => {
    expect(of({ from })).toBeUndefined()
  },
)

test('mail whose complaints are counted is bulk, a person at a help desk is not', () => {
  expect(of({ 'feedback-id': '1:2:3:mailsender' })).toBe('bulk')
  expect(of({ 'feedback-id': '1:2:3:mailsender', 'in-reply-to': '<a@shop.example>' })).toBeUndefined()
  expect(of({ 'feedback-id': '::1.eu-west-1.abc:AmazonSES' })).toBeUndefined()
})

test('mail by a rule of its sender is not answered, mail that a rule redirected is', () => {
  expect(of({ 'x-ms-exchange-inbox-rules-loop': 'Wang@client.example' })).toBe('system')
  expect(of({ 'x-ms-exchange-inbox-rules-loop': 'old-sales@shop.example' })).toBeUndefined()
})
