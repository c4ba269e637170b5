import type { Knex } from '../postgres/postgres.js'
import { DB_NAMESPACE, DB_OPERATION, DB_SYSTEM } from './attributes.js'
import { gaugeOf, type Meter, secondsOf } from './instruments.js'
import { activeSpan, CLIENT, type RunningSpan } from './spans.js'
import { NO_TELEMETRY, type Telemetry } from './telemetry.js'

/** What Knex reports of a statement. Of its text only the first word is read, and none of its values. */
interface Statement {
  readonly __knexQueryUid: string
  readonly sql?: string
}

/** The parts of Knex's pool (tarn) that are read. */
interface Pool {
  readonly max: number
  numUsed(): number
  numFree(): number
  numPendingAcquires(): number
}

interface Begun {
  readonly startedMs: number
  readonly operation: string
  readonly span: RunningSpan | undefined
}

const OPERATIONS = new Set(['select', 'insert', 'update', 'delete', 'with', 'begin', 'commit', 'rollback'])

/** Measures the duration of each statement, with a span if it belongs to a trace, and the pool. */
export function watchPostgres(db: Knex, database: string, telemetry: Telemetry): void {
  if (telemetry === NO_TELEMETRY) return
  const { meter } = telemetry
  const seconds = secondsOf(meter, 'pma_postgres_query_seconds', 'each statement', ['database', 'operation', 'outcome'])
  const underWay = new Map<string, Begun>()

  function end({ __knexQueryUid: id }: Statement, outcome: 'OK' | 'FAILED'): void {
    const begun = underWay.get(id)
    if (!begun) return
    underWay.delete(id)
    const { startedMs, operation, span } = begun
    seconds.record((performance.now() - startedMs) / 1_000, { database, operation, outcome })
    span?.end(outcome)
  }

  db.on('query', (statement: Statement) => {
    const operation = operationOf(statement.sql)
    const span = activeSpan()?.child(`sql ${operation}`, CLIENT, {
      [DB_SYSTEM]: 'postgresql',
      [DB_NAMESPACE]: database,
      [DB_OPERATION]: operation,
    })
    underWay.set(statement.__knexQueryUid, { startedMs: performance.now(), operation, span })
  })
  db.on('query-response', (_answer: unknown, statement: Statement) => end(statement, 'OK'))
  db.on('query-error', (_error: unknown, statement: Statement) => end(statement, 'FAILED'))
  watchPool(db.client.pool, database, meter)
}

function watchPool(pool: Pool, database: string, meter: Meter): void {
  gaugeOf(meter, 'pma_postgres_pool_connections', 'connections of the pool', (observe) => {
    observe(pool.numUsed(), { database, state: 'used' })
    observe(pool.numFree(), { database, state: 'free' })
  })
  gaugeOf(meter, 'pma_postgres_pool_max', 'bound of the pool', (observe) => observe(pool.max, { database }))
  gaugeOf(meter, 'pma_postgres_pool_waiting', 'who waits for a connection', (observe) =>
    observe(pool.numPendingAcquires(), { database }),
  )
}

function operationOf(sql = ''): string {
  const [, word = ''] = /^\s*([A-Za-z]+)/.exec(sql) ?? []
  const operation = word.toLowerCase()
  return OPERATIONS.has(operation) ? operation : 'other'
}
