import { testAdapter } from '@hutong/core/testkit'
import { weChatBench } from './test-bench.ts'

testAdapter(weChatBench, {
  'passes on that a person is typing, and writes nothing of it down':
    'WeChat does not tell an account that a customer types',
})
