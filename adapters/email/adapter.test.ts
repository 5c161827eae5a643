import { testAdapter } from '@hutong/core/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { mailBench, openPostOffice, type PostOffice } from './test-post-office.ts'

let office: PostOffice

beforeAll(async () => {
  office = await openPostOffice()
})
afterAll(() => office.close())

testAdapter(() => mailBench(office), {
  'says when it is too late to answer': 'mail may be answered for ever',
  'refuses what does not come from the platform':
    'anybody may write a mail: it is kept, and what it forges is not believed, as the next test shows',
})

it('believes nothing of what a stranger forges: no token, no sender, no report', async () => {
  const bench = mailBench(office)
  const adapter = bench.adapter()
  await adapter.open(bench.host)
  const lin = await bench.person('lin')
  await lin.write({ id: 'one', text: 'hello' })
  await bench.forge()
  await adapter.close()
  const { arrivals, reports, codes } = bench.host
  expect(arrivals).toHaveLength(6)
  expect(arrivals.filter(({ from, author, conversation }) => from.verified || author || conversation)).toEqual([])
  expect(bench.host.entries(lin.address)).toHaveLength(1)
  expect({ reports, codes }).toEqual({ reports: [], codes: [] })
})
