import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { singleFlight } from '@protectmyapi/service-kit/single-flight'
import { FEED_LIMITS } from './feed-limits.js'
import type { InForce } from './in-force.js'
import { createReports, type Reports } from './reports.js'

/** A proxy as one reading of the registry showed it. */
interface Reader {
  readonly bootId: string
  readonly proof: string | null
  readonly applied: number
  /** On the waiter's monotonic clock. */
  readonly horizonAtMs: number
}

export interface WaitUntilSeen {
  /** Settles when no proxy can use anything older than this feed row. Call it after the row's commit. */
  seen(number: number): Promise<InForce>
  /** RETRYWAITS: the same for everything that is committed by now; for retries, no-ops and second deletions. */
  everything(): Promise<InForce>
}

export interface WaitDeps {
  readonly db: Knex
  readonly clock: Clock
  readonly sleep: (ms: number) => Promise<void>
  /** Absent if no proxy reports to this process. */
  readonly reports?: Pick<Reports, 'follow'>
}

/**
 * The writer that waits. It reads the registry once, late, and waits for those horizons and no others, so it answers
 * within one horizon and its margin even if a proxy is dead.
 *
 * @throws what Postgres throws when the registry cannot be read. Once it was read, an outage only makes the wait
 * longer.
 */
export function createWaitUntilSeen({ db, clock, sleep, reports = createReports() }: WaitDeps): WaitUntilSeen {
  // Waiters share one reading of `applied`. It only goes up, so an old answer is never wrong, only late.
  const appliedNow = singleFlight(
    () => 'applied',
    () => readApplied(db),
  )

  async function seen(number: number): Promise<InForce> {
    const startedMs = clock.monotonicMs()
    const done = (by: InForce['by']): InForce => ({ by, waitedMs: Math.round(clock.monotonicMs() - startedMs) })
    const told = reports.follow(number)
    try {
      const readers = await readRegistry(db, clock)
      if (readers.length === 0) return done('nobody')
      let waiting = readers.filter(({ applied }) => applied < number)
      let outlived = false
      for (;;) {
        const report = told.next()
        waiting = waiting.filter((reader) => !told.has(reader))
        // FROZEN: only the horizons of the one reading count, so a proxy whose answers get lost cannot postpone the
        // writer forever.
        const nowMs = clock.monotonicMs()
        const alive = waiting.filter(({ horizonAtMs }) => horizonAtMs > nowMs)
        outlived ||= alive.length < waiting.length
        waiting = alive
        if (waiting.length === 0) return done(outlived ? 'horizon' : 'applied')
        const slept = sleep(FEED_LIMITS.appliedPollMs).then(() => 'slept' as const)
        if ((await Promise.race([slept, report])) !== 'slept') continue
        const applied = await Promise.race([appliedNow().catch(nothingNew), report.then(nothingNew)])
        waiting = waiting.filter(({ bootId }) => (applied.get(bootId) ?? -1) < number)
      }
    } finally {
      told.end()
    }
  }

  return {
    seen,
    async everything() {
      const { rows } = await db.raw<{ rows: { value: string }[] }>('SELECT value FROM feed_counter')
      return seen(Number(rows[0]?.value ?? 0))
    },
  }
}

/**
 * LISTLATE: read after the commit of the feed row. Horizons are taken as durations on Postgres's clock and counted from
 * after the reading, so the two clocks need not agree, and any error makes the wait longer.
 */
async function readRegistry(db: Knex, clock: Clock): Promise<Reader[]> {
  const { rows } = await db.raw<{
    rows: { boot_id: string; proof: string | null; applied: string; remaining_ms: number }[]
  }>(
    `SELECT boot_id, encode(proof, 'hex') AS proof, applied, (extract(epoch FROM horizon_at - clock_timestamp()) * 1000)::float8 AS remaining_ms
     FROM proxies WHERE horizon_at > clock_timestamp()`,
  )
  const readMs = clock.monotonicMs()
  return rows.map((row) => ({
    bootId: row.boot_id,
    proof: row.proof,
    applied: Number(row.applied),
    horizonAtMs: readMs + row.remaining_ms,
  }))
}

const nothingNew = (): Map<string, number> => new Map()

async function readApplied(db: Knex): Promise<Map<string, number>> {
  const { rows } = await db.raw<{ rows: { boot_id: string; applied: string }[] }>(
    'SELECT boot_id, applied FROM proxies',
  )
  return new Map(rows.map((row) => [row.boot_id, Number(row.applied)]))
}
