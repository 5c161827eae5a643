import { testAdapter } from '@hutong/core/testkit'
import { appBench } from './test-app-bench.ts'

testAdapter(appBench, {
  'stores a file that a person sends in the file storage, whole':
    'members send an app pictures, voices and videos, never files',
  'takes back what a person took back, and nothing else': 'WeCom tells an app nothing of what a member takes back',
  'says when it is too late to answer': 'an app may write to its members at any time',
})
