import { describe } from 'vitest'
import type { MakeStore } from './store-bench.ts'
import { testLinks } from './store-links-kit.ts'
import { testLog } from './store-log-kit.ts'
import { testOutbox } from './store-outbox-kit.ts'
import { testProofs } from './store-proofs-kit.ts'
import { testReaders } from './store-readers-kit.ts'

/** What every store promises, whatever database it stands on. */
export function testStore(make: MakeStore): void {
  describe('the log', () => testLog(make))
  describe('readers', () => testReaders(make))
  describe('contacts that are one person', () => testLinks(make))
  describe('the outbox', () => testOutbox(make))
  describe('codes under way', () => testProofs(make))
}
