/** What waits for one target is found without a look at what waits for the others. */
export const outboxTargets = {
  version: 9,
  name: 'outbox-targets',
  statements: (): string[] => ['create index outbox_target on outbox (target, due, id) where head = 1'],
}
