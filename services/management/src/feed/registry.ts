import { Fault } from '@protectmyapi/service-kit/faults'
import { isId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { withMargin } from './feed-limits.js'

/** A Sync as it goes on record. */
export interface SyncRecord {
  /** BOOT: random, one per process start; never a pod's name or a certificate. */
  readonly bootId: string
  readonly spiffeId: string
  readonly applied: number
  /** HGRANTED: the same that the answer will say. */
  readonly horizonMs: number
}

/**
 * RECORDFIRST: commits the registry row, alone, before anything is read for the answer. UPSERT: a row that was pruned is
 * made anew. Horizons are written with clock_timestamp(), margin included (MARGIN), and never move back. Answers `applied` as
 * it is on record.
 *
 * A proxy that claims more than was ever committed (the database was restored from a backup) counts as one that has
 * applied nothing: it will be told RESET.
 *
 * @throws Fault INVALID_REQUEST for a boot id of another shape.
 */
export async function recordSync(db: Knex, { bootId, spiffeId, applied, horizonMs }: SyncRecord): Promise<number> {
  if (!isId('boot', bootId) || !Number.isSafeInteger(applied) || applied < 0) {
    throw new Fault('INVALID_REQUEST', 'a Sync without a boot id, or with an impossible applied number')
  }
  // DURABLE: the row must survive Postgres's crash, whatever the server's default says.
  const { rows } = await db.raw<{ rows: { applied: string }[] }>(
    `INSERT INTO proxies (boot_id, spiffe_id, applied, horizon_at)
     SELECT ?, ?, CASE WHEN ?::bigint > counter.value THEN 0 ELSE ?::bigint END, clock_timestamp() + ? * interval '1 millisecond'
     FROM feed_counter AS counter,
       (SELECT CASE WHEN current_setting('synchronous_commit') IN ('off', 'local')
          THEN set_config('synchronous_commit', 'on', true) END AS durable) AS d
     ON CONFLICT (boot_id) DO UPDATE SET
       applied = EXCLUDED.applied,
       horizon_at = greatest(proxies.horizon_at, EXCLUDED.horizon_at)
     RETURNING applied`,
    [bootId, spiffeId, applied, applied, withMargin(horizonMs)],
  )
  const [recorded] = rows
  if (!recorded) throw new Error('feed_counter has no row: the schema is not migrated')
  return Number(recorded.applied)
}
