import type { SqlTypes } from '../migrate.ts'

/** Which of several addresses a contact wrote from last. */
export const usedAt = {
  version: 4,
  name: 'used-at',
  statements: ({ big }: SqlTypes): string[] => [`alter table identities add column used_at ${big}`],
}
