import { expect, test } from 'vitest'
import { downloaded } from './download.ts'

const bare = (name: string) => Buffer.from(name).toString('latin1')

test.each([
  ['the bare bytes', `attachment; filename="${bare('合同 v1.pdf')}"`, '合同 v1.pdf'],
  ['percent signs', `attachment; filename="${encodeURIComponent('合同 v1.pdf')}"`, '合同 v1.pdf'],
  ['percent signs without quotes', `attachment; filename=${encodeURIComponent('合同 v1.pdf')}; x=1`, '合同 v1.pdf'],
  ['both', `attachment; filename="v1.pdf"; filename*=UTF-8''${encodeURIComponent('合同 v1.pdf')}`, '合同 v1.pdf'],
  ['an accent in Latin-1', 'attachment; filename="caf\xe9.pdf"', 'café.pdf'],
  ['a percent sign that means itself', 'attachment; filename="100%.pdf"', '100%.pdf'],
  ['percent signs that are no UTF-8', 'attachment; filename="%E5%90.pdf"', '%E5%90.pdf'],
  ['folders behind percent signs', 'attachment; filename="..%2F..%5Cetc%2Fbill.pdf"', 'bill.pdf'],
  ['signs that steer a terminal', 'attachment; filename="a%0D%0A%00b.pdf"', 'ab.pdf'],
  ['nothing', 'attachment', ''],
])('a file is called as its sender called it: %s', async (_, disposition, name) => {
  const response = new Response('%PDF', { headers: { 'content-disposition': disposition } })
  expect((await downloaded(response, 100)).name).toBe(name)
})
