import type { SqlTypes } from '../migrate.ts'

/** Where deliveries go and why, which ones travel together, and which contacts are one person. */
export const reach = {
  version: 3,
  name: 'reach',
  statements: ({ serial, big, strict }: SqlTypes): string[] => [
    'alter table outbox add column address text',
    'alter table outbox add column why text',
    `alter table outbox add column joined ${big}`,
    'create index outbox_joined on outbox (joined) where joined is not null',
    'create index outbox_conversation on outbox (conversation, seq) where address is not null',
    strict(
      `create table links (
      id ${serial}, contact text not null references contacts (id), target text not null references contacts (id),
      by text not null, at bigint not null, undone_at bigint
    )`,
    ),
    'create unique index links_contact on links (contact) where undone_at is null',
    'create index links_target on links (target)',
  ],
}
