import { testAdapter } from '@hutong/core/testkit'
import { kfBench } from './test-kf-bench.ts'

testAdapter(kfBench)
