import { testAdapter } from '@hutong/core/testkit'
import { afterAll, beforeAll } from 'vitest'
import { mailBench, openPostOffice, type PostOffice } from './test-post-office.ts'

let office: PostOffice

beforeAll(async () => {
  office = await openPostOffice()
})
afterAll(() => office.close())

testAdapter(() => mailBench(office), {
  'says when it is too late to answer': 'mail may be answered for ever',
  'refuses what does not come from the platform':
    'anybody may write a mail: what a mail does not prove is not believed, and that has tests of its own',
})
