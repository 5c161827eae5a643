import type { SqlTypes } from '../migrate.ts'

/** Codes that are under way to an address, and what was spent of the limits on asking for them and guessing them. */
export const proofs = {
  version: 8,
  name: 'proofs',
  statements: ({ strict }: SqlTypes): string[] => [
    strict(
      `create table proofs (
      channel text not null, contact text not null, id text not null, site text not null, address text not null,
      salt text not null, hash text not null, until bigint not null, tries bigint not null, used bigint not null,
      primary key (channel, contact)
    )`,
    ),
    strict('create table spent (name text not null, until bigint not null)'),
    'create index spent_name on spent (name, until)',
    "delete from state where scope like 'proof:%'",
  ],
}
