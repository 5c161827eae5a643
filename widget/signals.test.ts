import { expect, test } from 'vitest'
import { batch, computed, effect, signal, untracked } from './signals.ts'

test('an effect runs at once and after every change of what it read', () => {
  const count = signal(1)
  const seen: number[] = []
  const stop = effect(() => void seen.push(count.value))
  count.value = 2
  count.value = 2
  stop()
  count.value = 3
  expect(seen).toEqual([1, 2])
})

test('an effect follows only what its last run read', () => {
  const which = signal<'a' | 'b'>('a')
  const [a, b] = [signal(1), signal(10)]
  const seen: number[] = []
  effect(() => void seen.push(which.value === 'a' ? a.value : b.value))
  which.value = 'b'
  a.value = 2
  b.value = 11
  expect(seen).toEqual([1, 10, 11])
})

test('a derived value is computed when it is read, and once for each change', () => {
  const count = signal(1)
  let runs = 0
  const double = computed(() => {
    runs++
    return count.value * 2
  })
  expect(runs).toBe(0)
  expect([double.value, double.value, runs]).toEqual([2, 2, 1])
  count.value = 2
  expect([double.value, runs]).toEqual([4, 2])
})

test('readers of a derived value hear nothing when it comes out the same', () => {
  const count = signal(1)
  const even = computed(() => count.value % 2 === 0)
  const seen: boolean[] = []
  effect(() => void seen.push(even.value))
  count.value = 3
  count.value = 4
  expect(seen).toEqual([false, true])
})

test('a reader of two values that come from one never sees half of a change', () => {
  const first = signal('Ada')
  const upper = computed(() => first.value.toUpperCase())
  const both = computed(() => `${first.value} ${upper.value}`)
  const seen: string[] = []
  effect(() => void seen.push(both.value))
  first.value = 'Bo'
  expect(seen).toEqual(['Ada ADA', 'Bo BO'])
})

test('a batch tells its readers once', () => {
  const [a, b] = [signal(1), signal(2)]
  const seen: number[] = []
  effect(() => void seen.push(a.value + b.value))
  batch(() => {
    a.value = 10
    b.value = 20
  })
  expect(seen).toEqual([3, 30])
})

test('what is read untracked or by peek is not followed', () => {
  const [a, b] = [signal(1), signal(1)]
  let runs = 0
  effect(() => {
    runs++
    untracked(() => a.value)
    b.peek()
  })
  a.value = 2
  b.value = 2
  expect(runs).toBe(1)
})

test('a derived value that nobody follows any more is left alone, and right when it is read again', () => {
  const count = signal(1)
  let runs = 0
  const double = computed(() => {
    runs++
    return count.value * 2
  })
  const stop = effect(() => double.value)
  stop()
  count.value = 2
  count.value = 3
  expect(runs).toBe(1)
  expect(double.value).toBe(6)
})

test('an effect tidies up before its next run and at the end', () => {
  const count = signal(1)
  const log: string[] = []
  const stop = effect(() => {
    const now = count.value
    log.push(`in ${now}`)
    return () => log.push(`out ${now}`)
  })
  count.value = 2
  stop()
  expect(log).toEqual(['in 1', 'out 1', 'in 2', 'out 2'])
})

test('an effect that changes another value is followed by its readers', () => {
  const [from, to] = [signal(1), signal(0)]
  const seen: number[] = []
  effect(() => {
    to.value = from.value * 10
  })
  effect(() => void seen.push(to.value))
  from.value = 2
  expect(seen).toEqual([10, 20])
})

test('an error in a reader leaves the others in order', () => {
  const count = signal(1)
  const broken = computed(() => {
    if (count.value === 2) throw new Error('two')
    return count.value
  })
  expect(broken.value).toBe(1)
  count.value = 2
  expect(() => broken.value).toThrow('two')
  count.value = 3
  expect(broken.value).toBe(3)
})
