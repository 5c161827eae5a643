import type { SqlTypes } from '../migrate.ts'

/** Who uploaded a file, and whether a message took it up. */
export const ownedFiles = {
  version: 5,
  name: 'owned-files',
  statements: ({ big }: SqlTypes): string[] => [
    'alter table files add column owner text',
    `alter table files add column used ${big} not null default 0`,
    // Which of the earlier ones messages carry was not noted, so all of them stay.
    'update files set used = 1',
    'create index files_unused on files (created_at) where used = 0',
  ],
}
