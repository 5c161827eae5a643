import { HutongError } from '@hutong/core/errors'
import { createMemoryHost } from '@hutong/core/memory'
import { expect, test } from 'vitest'
import { createMedia } from './media.ts'

const PICTURE = { kind: 'image', id: 'm', name: 'image.jpg', transcript: undefined } as const

/** Files of a platform that fails each time in the same way. */
function failing(failure: HutongError, fetchMs: number) {
  const asked: string[] = []
  const client = {
    download(id: string) {
      asked.push(id)
      return Promise.reject(failure)
    },
    upload: () => Promise.reject(new Error('nothing goes out')),
  }
  return { asked, media: createMedia({ host: createMemoryHost(), client, site: 'site', fetchMs }) }
}

test('a platform that stays down is asked again until the time is over, and then the customer’s message goes on in words', async () => {
  const { asked, media } = failing(new HutongError('unreachable', 'down'), 1_000)
  expect(await media.fetch(PICTURE)).toMatchObject({ kind: 'unsupported', native: 'image' })
  expect(asked.length).toBeGreaterThan(1)
  expect(asked.length).toBeLessThan(5)
})

test('a platform that wants to be left alone for longer than there is time is not asked again', async () => {
  const { asked, media } = failing(new HutongError('throttled', 'too many', { retryAfter: 60_000 }), 30_000)
  expect(await media.fetch(PICTURE)).toMatchObject({ kind: 'unsupported' })
  expect(asked).toHaveLength(1)
})

test.each([
  ['too_large', 'It is too large to be kept here'],
  ['unsupported_type', 'Files of this type are not kept here'],
  ['rejected', 'It could not be fetched from WeChat: please send it again'],
] as const)('what is refused as %s says so to a person, with what was heard in it', async (code, words) => {
  const { asked, media } = failing(new HutongError(code, '/cgi-bin/media/get answered 40007'), 30_000)
  const voice = { ...PICTURE, kind: 'audio', transcript: '在吗' } as const
  expect(await media.fetch(voice)).toEqual({ kind: 'unsupported', native: 'voice', text: `[voice] ${words}\n在吗` })
  expect(asked).toHaveLength(1)
})
