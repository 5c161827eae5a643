import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { letter, openPostOffice, type PostOffice } from '../../adapters/email/test-post-office.ts'
import {
  bubbles,
  conversations,
  count,
  openChat,
  openStage,
  reply,
  type Stage,
  say,
  shows,
  violations,
} from './stage.ts'
import { answerMail, mailChannel, mailSaying } from './test-mailbox.ts'

let office: PostOffice
let shopAddress: string
let stage: Stage
beforeAll(async () => {
  office = await openPostOffice()
  shopAddress = office.fresh('help')
  stage = await openStage({
    channels: [{ ...mailChannel(office, shopAddress), plusAddress: true, gatherMs: 200 }],
    reach: { afterMs: 500 },
  })
})
afterAll(async () => {
  await stage?.close()
  await office?.close()
})

describe('a customer with a mailbox', () => {
  it('leaves an address in the shop, goes on by mail, and finds all of it in the shop again', async () => {
    const address = office.fresh('lin')
    const customer = await stage.customer()
    const shop = await stage.shop(customer)
    await openChat(shop)
    await say(shop, 'agent please, is the Longjing in stock?')
    const log = shop.getByRole('log')
    await log.getByLabel('E-mail').fill(address)
    expect(await violations(shop)).toEqual([])
    await log.getByRole('button', { name: 'Send' }).click()
    await shows(shop, 'six digits')
    expect(await violations(shop)).toEqual([])
    const { text: proof } = await mailSaying({ office, address }, /\d{6}/)
    await log.getByLabel('Code').fill(/\d{6}/.exec(proof)?.[0] ?? '')
    await log.getByRole('button', { name: 'Confirm' }).click()
    await shows(shop, `Answers that you do not read here go to ${address}`)
    await shop.close()

    const desk = await stage.desk()
    await conversations(desk).first().click()
    await shows(desk, 'is the Longjing in stock?')
    await reply(desk, 'Yes, three tins are left.')
    const answered = await mailSaying({ office, address }, 'Yes, three tins are left.')
    await answerMail(office, { from: address, text: 'Then please keep one for me.', to: answered, id: 'keep-one' })
    await shows(desk, 'Then please keep one for me.')
    const [last] = (await bubbles(desk)).slice(-1)
    expect(last).toBe('Then please keep one for me.')
    expect(await count(desk)).toBe(1)

    const back = await stage.shop(customer)
    await openChat(back)
    await shows(back, 'Then please keep one for me.')
    const seen = await bubbles(back)
    const said = [
      'agent please, is the Longjing in stock?',
      'Yes, three tins are left.',
      'Then please keep one for me.',
    ]
    expect(seen.filter((text) => said.includes(text))).toEqual(said)
    expect(await office.inbox(address)).toHaveLength(2)
    await customer.close()
    await desk.context().close()
  })

  it('writes by mail first, is answered from the desk in the same thread, and stays in one conversation', async () => {
    const address = office.fresh('mei')
    const desk = await stage.desk()
    const before = await count(desk)
    const text = 'Agent please: would you send a parcel to Vienna?'
    const source = letter({ from: `Mei <${address}>`, to: shopAddress, id: 'vienna', subject: 'Vienna', text })
    await office.dovecot.deliver(shopAddress, source)
    await conversations(desk).filter({ hasText: 'Mei' }).first().click()
    await shows(desk, text)
    await reply(desk, 'We do, within the week.')
    const answered = await mailSaying({ office, address }, 'We do, within the week.')
    expect(answered.headers.get('subject')).toBe('Re: Vienna')
    expect(answered.headers.get('references')).toMatch(/^<vienna@people\.test>/)
    await answerMail(office, { from: address, text: 'Wonderful, thank you!', to: answered, id: 'wonderful' })
    await shows(desk, 'Wonderful, thank you!')
    expect((await bubbles(desk)).at(-1)).toBe('Wonderful, thank you!')
    expect(await count(desk)).toBe(before + 1)
    await desk.context().close()
  })

  it('is quoted by the shop in full only on demand, on a page that loads nothing from elsewhere', async () => {
    const address = office.fresh('wei')
    const html =
      '<p>Is it fresh?</p><img src="https://tracker.example/pixel.gif" alt="logo"><blockquote type="cite">Our offer</blockquote>'
    const source = letter({ from: `Wei <${address}>`, to: shopAddress, id: 'fresh', subject: 'A question', text: html })
    await office.dovecot.deliver(shopAddress, source.replace('text/plain', 'text/html'))
    const desk = await stage.desk()
    const fetched: string[] = []
    desk.on('request', (request) => fetched.push(request.url()))
    await conversations(desk).filter({ hasText: 'Wei' }).first().click()
    await shows(desk, 'Is it fresh?')
    expect(await desk.getByRole('log').getByText('Our offer').count()).toBe(0)
    await desk.getByRole('button', { name: 'Show whole message' }).click()
    const page = desk.frameLocator('iframe')
    await page.getByText('Our offer').waitFor()
    expect(await violations(desk)).toEqual([])
    expect(fetched.filter((url) => url.includes('tracker'))).toEqual([])
    await desk.getByRole('button', { name: 'Show images' }).click()
    await expect.poll(() => fetched.filter((url) => url.includes('tracker'))).toHaveLength(1)
    await desk.context().close()
  })

  it('stands on the screen of an agent within two seconds of the delivery of the mail', async () => {
    const address = office.fresh('quick')
    const desk = await stage.desk()
    const times: number[] = []
    for (let round = 0; round < 5; round += 1) {
      const text = `Agent please: question number ${round}`
      const source = letter({ from: `Quick <${address}>`, to: shopAddress, id: `quick${round}`, subject: 'Tea', text })
      await office.dovecot.deliver(shopAddress, source)
      const began = performance.now()
      if (round === 0) await conversations(desk).filter({ hasText: 'Quick' }).first().click()
      await shows(desk, text)
      if (round > 0) times.push(performance.now() - began)
    }
    process.stdout.write(`from delivery to an agent's screen: ${times.map(Math.round).join(', ')} ms\n`)
    expect(Math.max(...times)).toBeLessThan(2_000)
    await desk.context().close()
  })

  it('leaves no page with anything to complain about', () => {
    expect(stage.complaints).toEqual([])
  })
})
