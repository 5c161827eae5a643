import { testAdapter } from '@hutong/core/testkit'
import { wechatyBench } from './test-bench.ts'

testAdapter(wechatyBench, {
  'does not say that a message is safe when the relay could not store it, and stores the repeat once':
    'a puppet is told nothing and repeats nothing: the adapter tries again itself',
  'says when it is too late to answer': 'a person may be written to at any time',
})
