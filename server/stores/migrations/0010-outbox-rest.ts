import type { SqlTypes } from '../migrate.ts'

/** Until when the other end of a delivery asked to be left alone. */
export const outboxRest = {
  version: 10,
  name: 'outbox-rest',
  statements: ({ big }: SqlTypes): string[] => [`alter table outbox add column rest ${big}`],
}
