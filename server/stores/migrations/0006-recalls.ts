/** Which entries take something back, found without reading the log. */
export const recalls = {
  version: 6,
  name: 'recalls',
  statements: (): string[] => ["create index entries_recalls on entries (conversation) where kind = 'recall'"],
}
