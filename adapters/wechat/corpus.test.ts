import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { scoreFolder } from './corpus.ts'

test('the recorded pushes are read without a failure, and our requests have the shape of the samples', () => {
  const { counts, misses, failures } = scoreFolder(fileURLToPath(new URL('fixtures/', import.meta.url)))
  expect(failures).toEqual([])
  expect(counts).toMatchObject({
    text: 3,
    image: 1,
    audio: 1,
    video: 1,
    location: 1,
    card: 1,
    follow: 2,
    request: 1,
    reply: 1,
  })
  expect(misses.sort()).toEqual([
    'Card__UserGetCardEvent.xml: unsupported',
    'WxaAuth__NotifyThirdPartyWxaAuthEvent.xml: unsupported',
    'file.json: unsupported',
  ])
})

test('what cannot be read is a failure, and a field that no sample has is a miss', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hutong-wechat-'))
  try {
    await writeFile(join(folder, 'broken.xml'), '<xml><a>')
    await writeFile(join(folder, 'MessageCustomSendRequest.json'), '{"touser":1,"msgtype":"text","text":{"body":"a"}}')
    await writeFile(join(folder, 'notes.txt'), 'not read')
    const { counts, misses, failures } = scoreFolder(folder)
    expect(counts).toEqual({ request: 1 })
    expect(failures).toEqual([expect.stringContaining('broken.xml: the XML is not')])
    expect(misses).toContain('MessageCustomSendRequest.json: .touser is string here and number in the sample')
    expect(misses).toContain('MessageCustomSendRequest.json: .text.content is not in the sample')
  } finally {
    await rm(folder, { recursive: true })
  }
})
