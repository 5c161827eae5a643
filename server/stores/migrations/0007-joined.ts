/** Links that the platform proved: what the linked contact writes from now on joins the other's conversation. */
export const joined = {
  version: 7,
  name: 'joined',
  statements: (): string[] => ['alter table links add column goes_on integer not null default 0'],
}
