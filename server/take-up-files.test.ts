import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestRelay, type TestRelay } from './test-relay.ts'

const anna = { kind: 'agent' as const, id: 'a_anna', name: 'Anna' }
const RECORDS = [
  { id: 'f_mine', owner: 'web:visitor' },
  { id: 'f_theirs', owner: 'web:somebody-else' },
  { id: 'f_otherwise', owner: 'letters:visitor' },
  { id: 'f_agents', owner: 'agent/a_anna' },
  { id: 'f_nobodys' },
  { id: 'f_channels', owner: 'web:' },
  { id: 'f_abroad', owner: 'web:visitor', site: 'other' },
]

let house: TestRelay
let conversation: string
beforeAll(async () => {
  house = await openTestRelay()
  for (const record of RECORDS)
    await house.store.addFile({
      site: 'shop',
      name: 'bill.pdf',
      type: 'application/pdf',
      bytes: 9,
      createdAt: 1,
      ...record,
    })
  conversation = (await house.write('hello')).conversation
})
afterAll(() => house.close())

const sent = (file: string) => house.write({ kind: 'message', parts: [{ kind: 'file', file }] })

async function partsAt(seq: number) {
  const [entry] = await house.store.entries(conversation, { after: seq - 1, limit: 1 })
  return entry?.body.kind === 'message' || entry?.body.kind === 'edit' ? entry.body.parts : []
}

describe('a visitor who sends a file', () => {
  it.each(['f_theirs', 'f_otherwise', 'f_agents', 'f_nobodys', 'f_abroad'])(
    'must have uploaded it, so that %s cannot be linked anew',
    async (file) => {
      await expect(sent(file)).rejects.toMatchObject({ code: 'invalid', field: 'parts.0.file' })
      const edit = { kind: 'edit' as const, of: 1, parts: [{ kind: 'file' as const, file }] }
      await expect(house.write(edit)).rejects.toMatchObject({ code: 'invalid', field: 'parts.0.file' })
    },
  )

  it('may send what the channel itself brought with the message', async () => {
    expect(await sent('f_channels')).toMatchObject({ duplicate: false })
  })

  it('cannot give it another name, type, size, link or kind than it has', async () => {
    const lies = { file: 'f_mine', name: 'cat.png', type: 'image/png', bytes: 1, url: 'https://evil.example/cat.png' }
    const truth = [{ kind: 'file', file: 'f_mine', name: 'bill.pdf', type: 'application/pdf', bytes: 9 }]
    const { seq } = await house.write({ kind: 'message', parts: [{ kind: 'image', ...lies, alt: 'a cat' }] })
    expect(await partsAt(seq)).toEqual(truth)
    const edited = await house.write({ kind: 'edit', of: seq, parts: [{ kind: 'file', ...lies }] })
    expect(await partsAt(edited.seq)).toEqual(truth)
  })
})

describe('an agent who sends a file', () => {
  const reply = (file: string) => {
    const parts = [{ kind: 'audio' as const, file, name: 'voice.mp3', type: 'audio/mpeg' }]
    return house.relay.act(anna, conversation, { key: file, actions: [{ kind: 'reply', parts }] })
  }

  it('may send every file of the site, shown as what it is', async () => {
    const { results } = await reply('f_theirs')
    expect(await partsAt(results[0]?.seq ?? 0)).toMatchObject([{ kind: 'file', name: 'bill.pdf', bytes: 9 }])
  })

  it('cannot send the file of another site, or none', async () => {
    for (const file of ['f_abroad', 'f_missing'])
      await expect(reply(file)).rejects.toMatchObject({ code: 'invalid', field: 'parts.0.file' })
  })
})
