import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'

const LIMITS = {
  /** Rows of one statement, which takes some tens of milliseconds, because other vaults write at the same time. */
  rowsMax: 5_000,
  /** A round stops after this long and the next one continues, because the vault may be shutting down. */
  roundMs: 5_000,
} as const

interface Deps {
  readonly vaultDb: Knex
  readonly clock: Pick<Clock, 'monotonicMs'>
  /** `PMA_LEASE_AUDIT_DAYS`. */
  readonly keptDays: number
}

/** Removes lease rows that are older than they are kept. */
export interface LeaseAuditPruning {
  /** Removes old rows, the oldest first; several vaults may do so at once. @throws what Postgres throws. */
  round(): Promise<void>
  /** How long the oldest row has been overdue, as the last round found it; 0 if none was. */
  overdueSeconds(): number
}

export function leaseAuditPruning({ vaultDb, clock, keptDays }: Deps): LeaseAuditPruning {
  let overdue = 0

  /** Calls a function of the migrating role, because the runtime role may not delete from the trail. */
  async function prune(): Promise<number> {
    const { rows } = await vaultDb.raw<{ rows: { removed: number }[] }>('SELECT prune_lease_audit(?, ?) AS removed', [
      keptDays,
      LIMITS.rowsMax,
    ])
    return rows[0]?.removed ?? 0
  }

  async function readOverdue(): Promise<number> {
    const { rows } = await vaultDb.raw<{ rows: { seconds: number }[] }>(
      `SELECT greatest(0, extract(epoch FROM now() - make_interval(days => ?) - leased_at))::float8 AS seconds
       FROM lease_audit ORDER BY lease_id LIMIT 1`,
      [keptDays],
    )
    return rows[0]?.seconds ?? 0
  }

  return {
    async round() {
      const untilMs = clock.monotonicMs() + LIMITS.roundMs
      while ((await prune()) === LIMITS.rowsMax && clock.monotonicMs() < untilMs);
      overdue = await readOverdue()
    },
    overdueSeconds: () => overdue,
  }
}
