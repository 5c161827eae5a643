import { expect, test } from 'vitest'
import { readSource, readSources, stringsOfTests } from './shape-sources.ts'

const read = (text: string) => readSource('server/sample.ts', text)

test('imports are told apart by what they bring', () => {
  const { imports } = read(
    `import a from 'a'
import type { B } from 'b'
import { type C } from 'c'
import { type D, e } from 'd'
import 'e'
export { f } from './f.ts'
export type { G } from './g.ts'
const h = await import('./h.ts')
type I = import('./i.ts').I`,
  )
  expect(imports.map(({ specifier, types }) => `${specifier} ${types}`)).toEqual([
    'a false',
    'b true',
    'c true',
    'd false',
    'e false',
    './f.ts false',
    './g.ts true',
    './h.ts false',
    './i.ts true',
  ])
})

test('what the house forbids is seen', () => {
  const bad = read(`export * from './a.ts'
export default class A {}
/** @param b nothing */
export function c(d: any) {
  try { d() } catch {}
}`)
  expect(bad).toMatchObject({ exportsAll: true, exportsDefault: true, classes: 1, anys: 1, emptyCatches: 1 })
  expect(bad.comments).toEqual(['* @param b nothing '])
  expect(read(`export * as names from './a.ts'`)).toMatchObject({ exportsAll: true })
})

test('what the house allows is not', () => {
  const good = read(`// any class is a default export
export const text = 'any'
try { run() } catch { /* the file may be gone already */ }`)
  expect(good).toMatchObject({ exportsAll: false, exportsDefault: false, classes: 0, anys: 0, emptyCatches: 0 })
})

test('the lines of a function are its own, without those of the functions in it', () => {
  const { functions } = read(`function outer() {
  const inner = (a, b, c, d) => {
    return 1
  }
  return inner
}`)
  expect(functions).toEqual([
    { name: 'outer', line: 1, lines: 4, parameters: 0, whole: 6 },
    { name: 'inner', line: 2, lines: 3, parameters: 4, whole: 3 },
  ])
})

test('titles of tests carry those of their groups', () => {
  const source = read(`describe('a', () => { test('b', run); test.each([1])('c %s', run) })
describe('d', () => { it('b', run) })`)
  expect(stringsOfTests(source)).toEqual(['a b', 'a c %s', 'd b'])
})

test('every source file of the house is read, and none of others', { timeout: 30_000 }, () => {
  const paths = readSources().map(({ path }) => path)
  expect(paths).toEqual(expect.arrayContaining(['adapters/core/shape-sources.ts', '.ci/machine.ts', 'server/relay.ts']))
  expect(paths.filter((path) => /node_modules|dist\//.test(path))).toEqual([])
})
