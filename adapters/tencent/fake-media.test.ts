import { expect, test } from 'vitest'
import { createFakeClock } from './fake-clock.ts'
import { createFakeMedia } from './fake-media.ts'

const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0])

function store() {
  const clock = createFakeClock(() => 0)
  const limits = {
    image: { maxBytes: 100, endings: ['png', 'jpg'] },
    voice: { maxBytes: 200_000, endings: ['amr', 'mp3'], maxSeconds: 60 },
  }
  return { clock, media: createFakeMedia({ clock, limits }) }
}

/** So many seconds of silence at 12.2 kbit/s. */
function amr(seconds: number): Uint8Array<ArrayBuffer> {
  const frame = [0x3c, ...new Array<number>(31).fill(0)]
  return Uint8Array.from([...Buffer.from('#!AMR\n'), ...new Array(seconds * 50).fill(frame).flat()])
}

test('a file is taken when its size, its name and its content are what the platform takes', () => {
  const { media } = store()
  expect(media.put('image', 'a.png', PNG)).toMatchObject({ kind: 'image', type: 'image/png' })
  expect(media.put('image', 'a.png', new Uint8Array(0))).toBe('empty')
  expect(media.put('image', 'a.png', new Uint8Array(101))).toBe('too-large')
  expect(media.put('image', 'a.webp', PNG)).toBe('wrong-type')
  expect(media.put('image', 'a.jpg', PNG)).toBe('wrong-type')
  expect(media.put('file', 'a.png', PNG)).toBe('unknown-kind')
})

test('a voice of 60 seconds is taken and one of 61 is not', () => {
  const { media } = store()
  expect(media.put('voice', 'a.amr', amr(60))).toMatchObject({ kind: 'voice' })
  expect(media.put('voice', 'a.amr', amr(61))).toBe('too-long')
})

test('a file is there for three days', () => {
  const { clock, media } = store()
  const { id } = media.keep('image', 'a.png', PNG)
  clock.advance(3 * 86_400_000 - 1)
  expect(media.get(id)?.bytes).toEqual(PNG)
  clock.advance(1)
  expect(media.get(id)).toBeUndefined()
})
