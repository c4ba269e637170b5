import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'

const LIMITS = {
  /** Of one statement, which takes some tens of milliseconds: other vaults write beside it. */
  rowsMax: 5_000,
  /** After that long a round ends where it is, and the next one goes on: the vault may be ending. */
  roundMs: 5_000,
} as const

interface Deps {
  readonly vaultDb: Knex
  readonly clock: Pick<Clock, 'monotonicMs'>
  /** `PMA_LEASE_AUDIT_DAYS`. */
  readonly keptDays: number
}

/** The care for lease rows that are older than they are kept. */
export interface LeaseAuditPruning {
  /** Removes them, the oldest first; safe for several vaults at once. @throws what Postgres throws. */
  round(): Promise<void>
  /** For how long the oldest row has been kept too long, as the last round found it; 0 where none was. */
  overdueSeconds(): number
}

export function leaseAuditPruning({ vaultDb, clock, keptDays }: Deps): LeaseAuditPruning {
  let overdue = 0

  /** By a function of the migrating role: this one removes nothing from the trail. */
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
