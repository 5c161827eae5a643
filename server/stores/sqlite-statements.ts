import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite'

/** The hot statements, prepared by hand; all other queries go through Kysely. */
export interface Statements {
  begin: StatementSync
  commit: StatementSync
  rollback: StatementSync
  conversation: StatementSync
  byAddress: StatementSync
  addContact: StatementSync
  addIdentity: StatementSync
  addConversation: StatementSync
  saveConversation: StatementSync
  moveConversation: StatementSync
  saveProfile: StatementSync
  addEntry: StatementSync
  knownKey: StatementSync
  knownNative: StatementSync
  located: StatementSync
  addNative: StatementSync
  addRaw: StatementSync
  cancelLane: StatementSync
  addDelivery: StatementSync
  after: StatementSync
  before: StatementSync
  event: StatementSync
  position: StatementSync
  dueTargets: StatementSync
  dueHeads: StatementSync
  lease: StatementSync
  leased: StatementSync
  settle: StatementSync
  promote: StatementSync
  postpone: StatementSync
  settleJoined: StatementSync
  join: StatementSync
  joined: StatementSync
  addReceipt: StatementSync
  provenIdentity: StatementSync
  useIdentity: StatementSync
  putState: StatementSync
}

const CONVERSATION = `select c.*, p.profile from conversations c join contacts p on p.id = c.contact`
const ENTRY = 'select seq, key, at, sender, channel, body from entries where conversation = ?'

const SQL: Record<keyof Statements, string> = {
  begin: 'begin immediate',
  commit: 'commit',
  rollback: 'rollback',
  conversation: `${CONVERSATION} where c.id = ?`,
  byAddress: `with recursive person (id) as (
      select contact from identities where site = ? and channel = ? and address = ? union
      select l.target from links l join person on l.contact = person.id where l.undone_at is null and l.goes_on = 1
    ) ${CONVERSATION} join person on person.id = p.id
    where not exists (select 1 from links l where l.contact = p.id and l.undone_at is null and l.goes_on = 1)`,
  addContact: `insert into contacts (id, site, profile, attributes, visit, search, created_at, seen_at)
    values (?, ?, ?, '{}', ?, ?, ?, ?)`,
  addIdentity: 'insert into identities (site, channel, address, contact, verified, at) values (?, ?, ?, ?, ?, ?)',
  addConversation: `insert into conversations (id, site, contact, status, last, latest, holder_kind, holder_id, floor,
    channel, attributes, created_at, updated_at, waiting_since) values (?, ?, ?, ?, 0, 0, ?, ?, ?, ?, ?, ?, ?, null)`,
  saveConversation: `update conversations set status = ?, last = ?, latest = ?, holder_kind = ?, holder_id = ?, floor = ?,
    channel = ?, attributes = ?, updated_at = ?, waiting_since = ? where n = ?`,
  moveConversation: 'update conversations set last = ?, latest = ?, updated_at = ? where n = ?',
  saveProfile: 'update contacts set profile = ?, search = ? where id = ?',
  addEntry: `insert into entries (conversation, seq, key, at, sender, channel, kind, body, floor)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (conversation, key) do nothing`,
  knownKey: 'select seq, at from entries where conversation = ? and key = ?',
  knownNative: `select c.id, e.seq, e.at from natives x join conversations c on c.n = x.conversation
    join entries e on e.conversation = x.conversation and e.seq = x.seq where x.channel = ? and x.native = ?`,
  located: `select c.id as conversation, x.seq from natives x join conversations c on c.n = x.conversation
    where x.channel = ? and x.native = ? union all
    select c.id, o.seq from receipts r join outbox o on o.id = r.delivery join conversations c on c.n = o.conversation
    where r.channel = ? and r.native = ? limit 1`,
  addNative: 'insert into natives (channel, native, conversation, seq) values (?, ?, ?, ?)',
  addRaw: 'insert into raws (conversation, seq, payload, until) values (?, ?, ?, ?)',
  cancelLane: "update outbox set state = 'cancelled', head = 0 where lane = ? and state = 'ready'",
  addDelivery: `insert into outbox (lane, target, conversation, seq, at, state, head, due, tries, address, why)
    select ?1, ?2, ?3, ?4, ?5, 'ready',
      not exists (select 1 from outbox where lane = ?1 and state in ('ready', 'leased')), ?6, 0, ?7, ?8`,
  after: `${ENTRY} and seq > ? order by seq limit ?`,
  before: `${ENTRY} and seq < ? order by seq desc limit ?`,
  event: `select e.position, e.seq, e.key, e.at, e.sender, e.channel, e.body, e.floor, c.id, c.site, c.contact
    from entries e join conversations c on c.n = e.conversation where c.id = ? and e.seq = ?`,
  position: 'select max(position) as position from entries',
  // From target to target, so that what waits for one without room is not read.
  dueTargets: `with recursive targets (target) as (
      select (select min(target) from outbox where head = 1)
      union all
      select (select min(target) from outbox where head = 1 and target > t.target) from targets t where t.target is not null
    )
    select target from targets t where exists (select 1 from outbox where head = 1 and target = t.target and due <= ?)`,
  dueHeads: 'select id, due from outbox where head = 1 and target = ? and due <= ? order by due, id limit ?',
  lease: "update outbox set state = 'leased', owner = ?, due = ?, tries = tries + 1 where id = ?",
  leased: `select o.lane, o.target, o.address, o.tries, e.position, e.seq, e.key, e.at, e.sender, e.channel, e.body, e.floor, c.id,
    c.site, c.contact from outbox o join conversations c on c.n = o.conversation
    join entries e on e.conversation = o.conversation and e.seq = o.seq where o.id = ?`,
  settle: `update outbox set state = ?, head = 0, due = coalesce(?, due), rest = ?, owner = null, error = ?,
    receipt = ?
    where id = ? and owner = ? and state = 'leased' returning lane, target`,
  promote: `update outbox set head = 1
    where id = (select min(id) from outbox where lane = ? and state in ('ready', 'leased'))`,
  postpone: `update outbox set state = 'ready', head = 0, due = ?, owner = null, tries = tries - 1
    where id = ? and owner = ? and state = 'leased' returning lane, target`,
  settleJoined: "update outbox set state = ?, error = ? where joined = ? and state = 'joined'",
  join: `update outbox set state = 'joined', joined = ?1, head = 0 where id in (
      select o.id from outbox o join outbox h on h.id = ?1 where h.tries = 1 and o.lane = h.lane and o.state = 'ready'
        and o.id > h.id and o.address is h.address
        and exists (select 1 from entries e where e.conversation = o.conversation and e.seq = o.seq and e.kind = 'message')
        and not exists (select 1 from outbox j where j.joined = h.id) order by o.id limit ?2)`,
  joined: `select e.position, e.seq, e.key, e.at, e.sender, e.channel, e.body, e.floor, c.id, c.site, c.contact
    from outbox o join conversations c on c.n = o.conversation
    join entries e on e.conversation = o.conversation and e.seq = o.seq where o.joined = ? order by o.id`,
  addReceipt: 'insert into receipts (channel, native, delivery) values (?, ?, ?) on conflict do nothing',
  provenIdentity: `insert into identities (site, channel, address, contact, verified, at) values (?, ?, ?, ?, ?, ?)
    on conflict (site, channel, address) do update set verified = coalesce(excluded.verified, verified)
    where contact = excluded.contact returning contact`,
  useIdentity: 'update identities set used_at = ? where site = ? and channel = ? and address = ? and contact = ?',
  putState: `insert into state (scope, key, value) values (?, ?, ?)
    on conflict (scope, key) do update set value = excluded.value`,
}

export function prepare(database: DatabaseSync): Statements {
  return Object.fromEntries(
    Object.entries(SQL).map(([name, statement]) => [name, database.prepare(statement)]),
  ) as Record<keyof Statements, StatementSync>
}

/** The row in the shape its statement selects. */
export function one<Row>(statement: StatementSync, ...values: SQLInputValue[]): Row | undefined {
  return statement.get(...values) as Row | undefined
}

export function all<Row>(statement: StatementSync, ...values: SQLInputValue[]): Row[] {
  return statement.all(...values) as Record<string, SQLOutputValue>[] as Row[]
}
