import type { SqlTypes } from '../migrate.ts'

/** Everything the first release keeps. */
export const first = {
  version: 1,
  name: 'first',
  statements: ({ serial, strict }: SqlTypes): string[] =>
    [
      `create table contacts (
      id text primary key, site text not null, profile text not null, attributes text not null, visit text,
      search text not null, created_at bigint not null, seen_at bigint not null
    )`,
      'create index contacts_site on contacts (site, id)',
      `create table identities (
      site text not null, channel text not null, address text not null, contact text not null references contacts (id),
      verified text, at bigint not null, primary key (site, channel, address)
    )`,
      'create index identities_contact on identities (contact)',
      `create table conversations (
      n ${serial}, id text not null unique, site text not null, contact text not null unique references contacts (id),
      status text not null, last bigint not null, latest bigint not null, holder_kind text not null, holder_id text,
      floor text not null, channel text not null, attributes text not null, created_at bigint not null,
      updated_at bigint not null, waiting_since bigint
    )`,
      'create index conversations_updated on conversations (site, updated_at)',
      `create table entries (
      position ${serial}, conversation bigint not null references conversations (n), seq bigint not null,
      key text not null, at bigint not null, sender text not null, channel text, kind text not null, body text not null,
      floor text not null, unique (conversation, seq), unique (conversation, key)
    )`,
      `create table natives (
      channel text not null, native text not null, conversation bigint not null, seq bigint not null,
      primary key (channel, native)
    )`,
      `create table raws (
      conversation bigint not null, seq bigint not null, payload text not null, until bigint not null,
      primary key (conversation, seq)
    )`,
      'create index raws_until on raws (until)',
      `create table cursors (
      conversation bigint not null references conversations (n), kind text not null, participant text not null,
      name text, delivered bigint not null, read bigint not null, primary key (conversation, kind, participant)
    )`,
      `create table outbox (
      id ${serial}, lane text not null, target text not null, conversation bigint not null references conversations (n),
      seq bigint not null, at bigint not null, state text not null, head bigint not null, due bigint not null,
      tries bigint not null, owner text, error text, receipt text
    )`,
      "create index outbox_open on outbox (lane, id) where state in ('ready', 'leased')",
      'create index outbox_due on outbox (due) where head = 1',
      "create index outbox_dead on outbox (id) where state in ('dead', 'unsure')",
      `create table agents (
      id text primary key, email text not null, name text not null, password text not null, created_at bigint not null
    )`,
      'create unique index agents_email on agents (lower(email))',
      'create table sessions (hash text primary key, agent text not null references agents (id), expires_at bigint not null)',
      'create table state (scope text not null, key text not null, value text not null, primary key (scope, key))',
      'create table leases (name text primary key, owner text not null, until bigint not null)',
      `create table files (
      id text primary key, site text not null, name text not null, type text not null, bytes bigint not null,
      created_at bigint not null
    )`,
    ].map((statement) => (statement.startsWith('create table') ? strict(statement) : statement)),
}
