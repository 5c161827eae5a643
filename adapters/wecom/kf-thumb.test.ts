import type { PartOf } from '@hutong/core/parts'
import { expect, test } from 'vitest'
import { type KfTalk, talk } from './test-kf-talk.ts'

const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3, 4])
const GREYSCALE = 0

async function store({ host }: KfTalk, more: { site?: string; name?: string; bytes?: Uint8Array<ArrayBuffer> } = {}) {
  const { site = 'site', name = 'pot.png', bytes = PNG } = more
  return host.files.url(await host.files.put(new Blob([bytes]).stream(), { site, name, type: 'image/webp' }))
}

/** The bytes of the picture that she sees on the link of a card with this picture. */
async function shown({ delivery, fake, kf, lin }: KfTalk, image?: string): Promise<Uint8Array> {
  const card: PartOf<'card'> = { kind: 'card', title: 'Pot', url: 'https://shop.example/pot', image, buttons: [] }
  await kf.send(await delivery(lin.sees().length, card))
  const last = lin.sees().at(-1)
  const picture = last?.kind === 'cards' ? last.cards[0]?.picture : undefined
  return new Uint8Array(await (await fetch(`${fake.url}${picture}`)).arrayBuffer())
}

test('a card whose picture is stored here shows that picture', async () => {
  const all = await talk()
  await all.lin.say('hello')
  expect(await shown(all, `${await store(all)}?e=1&s=2`)).toEqual(PNG)
})

test('a card has a grey picture when its own is from elsewhere, of another site, or none that WeChat takes', async () => {
  const all = await talk()
  await all.lin.say('hello')
  const webp = new TextEncoder().encode('RIFF....WEBP and more')
  const foreign = `${all.fake.url}/pot.png`
  const images = [undefined, foreign, await store(all, { site: 'other' }), await store(all, { bytes: webp })]
  for (const image of images) {
    const bytes = await shown(all, image)
    expect([...bytes.slice(0, 4)]).toEqual([...PNG.slice(0, 4)])
    expect(bytes[25]).toBe(GREYSCALE)
  }
  const asked = all.fake.calls.map(({ path }) => path)
  expect(asked).not.toContain('/pot.png')
  expect(asked.filter((path) => path === '/cgi-bin/media/upload')).toHaveLength(1)
})

test('a picture that WeChat refuses holds no card up', async () => {
  const all = await talk()
  await all.lin.say('hello')
  all.fake.faults.next('/cgi-bin/media/upload', { errcode: 40004 })
  expect((await shown(all, await store(all)))[25]).toBe(GREYSCALE)
})
