import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scoreFolder } from './corpus.ts'

test('what was recorded is read without a failure, and our requests have the shape of the samples', () => {
  const { counts, misses, failures } = scoreFolder(join(import.meta.dirname, 'fixtures'))
  expect(failures).toEqual([])
  expect(counts).toMatchObject({ request: 3, entered: 1, recalled: 2, session: 3, 'send-failed': 1, location: 1 })
  expect(misses.filter((miss) => !miss.endsWith(': unsupported'))).toEqual([])
  expect(misses).toEqual(
    expect.arrayContaining(['kf/unknown-event.json: unsupported', 'kf/unknown-type.json: unsupported']),
  )
})

test('a page of messages is read like each of them; a broken file and a request of another shape are said', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hutong-wecom-'))
  try {
    const said = { msgid: '1', msgtype: 'text', text: { content: 'hello' } }
    await writeFile(join(folder, 'page.json'), JSON.stringify({ msg_list: [said, { ...said, msgid: '2' }] }))
    await writeFile(join(folder, 'CgibinKfServiceStateTransferRequest.json'), '{"open_kfid":1,"service_state":1}')
    await writeFile(join(folder, 'broken.xml'), '<xml><a>')
    const { counts, misses, failures } = scoreFolder(folder)
    expect(counts).toEqual({ text: 2, request: 1 })
    expect(misses).toEqual([
      'CgibinKfServiceStateTransferRequest.json: .open_kfid is string here and number in the sample',
      'CgibinKfServiceStateTransferRequest.json: .external_userid is not in the sample',
    ])
    expect(failures).toEqual([expect.stringContaining('broken.xml')])
  } finally {
    await rm(folder, { recursive: true })
  }
})
