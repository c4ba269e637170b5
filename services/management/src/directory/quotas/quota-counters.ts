import { joinInjectively } from '@protectmyapi/service-kit/bytes'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { QuotaPeriod, QuotaScope } from '../../api-services/quotas.js'
import { type UtcPeriod, utcDate } from './utc-period.js'

/** One subject's requests in one period. */
export interface QuotaCounter {
  readonly organizationId: string
  readonly scope: QuotaScope
  readonly subject: string
  readonly period: QuotaPeriod
}

export interface CounterInPeriod extends QuotaCounter {
  readonly within: UtcPeriod
}

/** The counters of a transaction, locked. */
export interface LockedCounters {
  /** Undefined if there is no such counter. */
  drawn(counter: CounterInPeriod): number | undefined
  set(counter: CounterInPeriod, drawn: number): void
  save(): Promise<void>
}

const COLUMNS = 'organization_id text, scope text, subject text, period text, starts_on date, ends_on date'

/** The same order in all statements, whatever the database's own collation is. */
const orderOf = (rows: string): string =>
  `${['organization_id', 'scope', 'subject', 'period'].map((name) => `${rows}.${name} COLLATE "C"`).join(', ')}, ${rows}.starts_on`

/**
 * @param made are created if they are missing; @param known are not. Locked in sorted order, so that nothing deadlocks.
 */
export async function lockCounters(
  trx: Knex,
  { made, known }: { made: readonly CounterInPeriod[]; known: readonly CounterInPeriod[] },
): Promise<LockedCounters> {
  if (made.length > 0) {
    await trx.raw(
      `INSERT INTO quota_counters (organization_id, scope, subject, period, starts_on, ends_on)
       SELECT * FROM jsonb_to_recordset(?::jsonb) AS asked (${COLUMNS})
       ORDER BY ${orderOf('asked')} ON CONFLICT DO NOTHING`,
      [JSON.stringify(made.map(toColumns))],
    )
  }
  const { rows } = await trx.raw<{ rows: CounterRow[] }>(
    `SELECT c.organization_id, c.scope, c.subject, c.period, c.starts_on::text, c.drawn::float8 AS drawn
     FROM quota_counters AS c JOIN (
       SELECT DISTINCT organization_id, scope, subject, period, starts_on FROM jsonb_to_recordset(?::jsonb) AS r (${COLUMNS})
     ) AS asked USING (organization_id, scope, subject, period, starts_on)
     ORDER BY ${orderOf('c')}
     FOR UPDATE OF c`,
    [JSON.stringify([...made, ...known].map(toColumns))],
  )
  const drawn = new Map(rows.map((row) => [keyOf(row), row.drawn]))
  const changed = new Map<string, CounterInPeriod>()
  return {
    drawn: (counter) => drawn.get(keyOf(toColumns(counter))),
    set(counter, units) {
      const key = keyOf(toColumns(counter))
      drawn.set(key, units)
      changed.set(key, counter)
    },
    async save() {
      if (changed.size === 0) return
      const list = [...changed].map(([key, counter]) => ({ ...toColumns(counter), drawn: drawn.get(key) }))
      await trx.raw(
        `UPDATE quota_counters AS c SET drawn = now_drawn.drawn
         FROM jsonb_to_recordset(?::jsonb) AS now_drawn (${COLUMNS}, drawn bigint)
         WHERE (c.organization_id, c.scope, c.subject, c.period, c.starts_on)
             = (now_drawn.organization_id, now_drawn.scope, now_drawn.subject, now_drawn.period, now_drawn.starts_on)`,
        [JSON.stringify(list)],
      )
    },
  }
}

interface CounterColumns {
  readonly organization_id: string
  readonly scope: string
  readonly subject: string
  readonly period: string
  readonly starts_on: string
}

interface CounterRow extends CounterColumns {
  readonly drawn: number
}

const keyOf = ({ organization_id, scope, subject, period, starts_on }: CounterColumns): string =>
  Buffer.from(joinInjectively([organization_id, scope, subject, period, starts_on])).toString('latin1')

function toColumns({ organizationId, scope, subject, period, within }: CounterInPeriod) {
  const { startsAtMs, endsAtMs } = within
  const dates = { starts_on: utcDate(startsAtMs), ends_on: utcDate(endsAtMs) }
  return { organization_id: organizationId, scope, subject, period, ...dates }
}
