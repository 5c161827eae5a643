import type { SqlTypes } from '../migrate.ts'

/** What platforms say of deliveries after they accepted them, found by their own ids. */
export const reports = {
  version: 2,
  name: 'reports',
  statements: ({ strict }: SqlTypes): string[] => [
    strict(
      `create table receipts (
      channel text not null, native text not null, delivery bigint not null, primary key (channel, native)
    )`,
    ),
    'alter table outbox add column reported text',
  ],
}
