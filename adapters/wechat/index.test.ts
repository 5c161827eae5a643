import { expect, test } from 'vitest'
import { createWeChatAdapter } from './index.ts'
import { APP_ID, openStand, SECRET } from './test-bench.ts'

test.each([
  ['xml', 'plain'],
  ['json', 'plain'],
  ['xml', 'compatible'],
  ['json', 'compatible'],
  ['xml', 'safe'],
  ['json', 'safe'],
] as const)('an account that pushes %s in %s mode is understood, ids and all', async (format, mode) => {
  const stand = await openStand({ format, mode })
  const adapter = stand.adapter()
  await adapter.open(stand.host)
  expect(await stand.fake.checkCallback()).toBe(true)
  const phone = stand.fake.phone('o_lin')
  await phone.follow()
  expect(await phone.say('0012')).toMatchObject({ outcome: 'success' })
  expect(stand.host.arrivals).toMatchObject([{ native: '4561255354251345930', body: { parts: [{ text: '0012' }] } }])
  await adapter.close()
  await stand.close()
})

test('every wrong option is named at once, with what to do', async () => {
  const wrong = { site: '', appId: 'x', secret: '', token: '!', encodingAesKeys: ['short'], passiveReplyMs: 5_000 }
  const stand = await openStand()
  const opening = createWeChatAdapter(wrong).open(stand.host)
  await expect(opening).rejects.toMatchObject({ code: 'misconfigured', field: 'site' })
  const { message } = (await opening.catch((thrown: Error) => thrown)) as Error
  for (const field of ['site', 'appId', 'secret', 'token', 'encodingAesKeys.0', 'passiveReplyMs'])
    expect(message).toContain(`${field}: must be`)
  await stand.close()
})

test('operators learn of a wrong secret and of an address that is not on the whitelist, messages are taken in, and the secret stands nowhere', async () => {
  const stand = await openStand()
  const wrong = stand.adapter({ secret: 'a wrong secret of the account' })
  await wrong.open(stand.host)
  expect(stand.host.problem).toMatchObject({ code: 'misconfigured', message: expect.stringContaining('AppSecret') })
  const phone = stand.fake.phone('o_lin')
  await phone.follow()
  expect(await phone.say('hi')).toMatchObject({ outcome: 'success' })
  await wrong.close()
  stand.fake.faults.next('/cgi-bin/stable_token', { errcode: 40164, errmsg: 'invalid ip 1.2.3.4' })
  const right = stand.adapter()
  await right.open(stand.host)
  expect(stand.host.problem).toMatchObject({ code: 'misconfigured', message: expect.stringContaining('1.2.3.4') })
  expect(JSON.stringify([stand.host.logged, stand.host.problem, APP_ID])).not.toMatch(
    new RegExp(`${SECRET}|a wrong secret`),
  )
  await right.close()
  await stand.close()
})

test('a platform that cannot be reached at the start does not stop messages from coming in', async () => {
  const stand = await openStand()
  stand.fake.faults.next('/cgi-bin/stable_token', '5xx', 3)
  const adapter = stand.adapter()
  await adapter.open(stand.host)
  const phone = stand.fake.phone('o_lin')
  await phone.follow()
  expect(await phone.say('hi')).toMatchObject({ outcome: 'success' })
  expect(stand.host.arrivals).toHaveLength(1)
  await adapter.close()
  await stand.close()
})
