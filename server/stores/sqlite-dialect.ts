import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'

/** One connection, one user at a time: whoever holds the turn may have a transaction open over several turns of the event loop. */
export interface Turn {
  /** Resolves with what gives the turn back. */
  take(): Promise<() => void>
  /** Undefined when the connection is free now. */
  readonly busy: Promise<void> | undefined
}

export function createTurn(): Turn {
  let last: Promise<void> | undefined
  return {
    get busy() {
      return last
    },
    async take() {
      const before = last
      const { promise, resolve } = Promise.withResolvers<void>()
      last = promise
      if (before) await before
      return () => {
        if (last === promise) last = undefined
        resolve()
      }
    },
  }
}

/** Kysely on the SQLite that comes with Node. */
export function createSqliteDialect(database: DatabaseSync, turn: Turn): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => createDriver(database, turn),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  }
}

function createDriver(database: DatabaseSync, turn: Turn): Driver {
  const statements = new Map<string, StatementSync>()
  const held = new WeakMap<DatabaseConnection, () => void>()
  const run = (connection: DatabaseConnection, statement: string) =>
    connection.executeQuery(CompiledQuery.raw(statement)).then(() => undefined)
  return {
    init: async () => undefined,
    async acquireConnection() {
      const release = await turn.take()
      const connection = createConnection(database, statements)
      held.set(connection, release)
      return connection
    },
    beginTransaction: (connection) => run(connection, 'begin immediate'),
    commitTransaction: (connection) => run(connection, 'commit'),
    rollbackTransaction: (connection) => run(connection, 'rollback'),
    async releaseConnection(connection) {
      held.get(connection)?.()
    },
    destroy: async () => statements.clear(),
  }
}

/** Most prepared statements kept; queries with lists of values make new ones without end. */
const STATEMENTS_MAX = 200

function createConnection(database: DatabaseSync, statements: Map<string, StatementSync>): DatabaseConnection {
  function prepare(sql: string): StatementSync {
    const known = statements.get(sql)
    if (known) return known
    if (statements.size >= STATEMENTS_MAX) statements.clear()
    const statement = database.prepare(sql)
    statements.set(sql, statement)
    return statement
  }

  return {
    async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
      const statement = prepare(sql)
      const values = parameters as SQLInputValue[]
      if (statement.columns().length > 0) return { rows: statement.all(...values) as R[] }
      return { rows: [], numAffectedRows: BigInt(statement.run(...values).changes) }
    },
    streamQuery: () => {
      throw new Error('rows are read whole from SQLite')
    },
  }
}
