import { expect, it } from 'vitest'
import { createCommitter } from './commit.ts'
import type { Write } from './stores/store.ts'
import { openTestRelay } from './test-relay.ts'

const opening = { site: 'shop', channel: 'web', address: 'li', floor: { holder: { kind: 'queue' as const }, term: 1 } }
const write = (key: string): Write => ({
  to: opening,
  key,
  side: 'contact',
  at: 1,
  decide: () => ({ entries: [{ body: { kind: 'message', parts: [{ kind: 'text', text: key, format: 'plain' }] } }] }),
})

it('makes one transaction of all that is appended in one turn, and acknowledges although a listener throws', async () => {
  const { store, close } = await openTestRelay()
  const failures: unknown[] = []
  const sizes: number[] = []
  const committer = createCommitter({
    store,
    committed() {
      throw new Error('a listener that throws')
    },
    failed: (cause) => failures.push(cause),
    measure: (_, writes) => sizes.push(writes),
  })
  const first = await Promise.all([committer.append(write('a')), committer.append(write('b'))])
  const second = await committer.append(write('c'))
  expect([...first, second].map(({ state }) => state)).toEqual(['applied', 'applied', 'applied'])
  expect(sizes).toEqual([2, 1])
  expect(failures).toHaveLength(2)
  await close()
})

it('tells every sender that nothing was kept when the store cannot commit, and goes on afterwards', async () => {
  const { store, close } = await openTestRelay()
  let full = true
  const failures: unknown[] = []
  const committer = createCommitter({
    store: { commit: (writes) => (full ? Promise.reject(new Error('disk full')) : store.commit(writes)) },
    committed() {},
    failed: (cause) => failures.push(cause),
  })
  await expect(committer.append(write('a'))).rejects.toMatchObject({ code: 'unavailable', retryable: true })
  full = false
  await expect(committer.append(write('a'))).resolves.toMatchObject({ state: 'applied' })
  expect(failures).toEqual([new Error('disk full')])
  await close()
})
