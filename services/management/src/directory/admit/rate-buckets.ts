import { createHash } from 'node:crypto'
import { joinInjectively } from '@protectmyapi/service-kit/bytes'
import { gcra, type Rate } from '@protectmyapi/service-kit/fairness/gcra'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { databaseNowMs } from '../database-now.js'

/** A bucket by its name; the name belongs to one rate. */
export interface BucketDraw extends Rate {
  readonly key: string
}

/** The buckets of a transaction, locked, with the database's time. */
export interface LockedBuckets {
  /**
   * Draws one unit from each bucket or, if one of them refuses, from none; then returns the draw that has to wait
   * longest.
   */
  draw<Draw extends BucketDraw>(
    draws: readonly Draw[],
  ): { readonly limitedBy: Draw; readonly retryAfterMs: number } | undefined
  save(): Promise<void>
}

/**
 * Locks buckets in sorted order, so that two transactions cannot deadlock, and makes the missing ones. The time is
 * Postgres's, read after the last lock, so that replicas of management with different clocks agree.
 */
export async function lockBuckets(trx: Knex, keys: readonly string[]): Promise<LockedBuckets> {
  const sorted = [...new Set(keys)].sort()
  if (sorted.length > 0) {
    await trx.raw(
      `INSERT INTO rate_buckets (key, arrival_at)
       SELECT asked.key, 'epoch' FROM unnest(?::text[]) AS asked (key) ORDER BY asked.key COLLATE "C" ON CONFLICT DO NOTHING`,
      [sorted],
    )
  }
  const { rows } = await trx.raw<{ rows: { key: string; arrival_ms: number }[] }>(
    `SELECT key, (extract(epoch FROM arrival_at) * 1000)::float8 AS arrival_ms FROM rate_buckets
     WHERE key = ANY (?::text[]) ORDER BY key COLLATE "C" FOR UPDATE`,
    [sorted],
  )
  const arrivals = new Map(rows.map((row) => [row.key, row.arrival_ms]))
  const changed = new Set<string>()
  const nowMs = await databaseNowMs(trx)

  return {
    draw(draws) {
      let limited: { limitedBy: (typeof draws)[number]; retryAfterMs: number } | undefined
      const next = new Map<string, number>()
      for (const draw of draws) {
        const outcome = gcra(arrivals.get(draw.key) ?? 0, nowMs, draw)
        if ('nextMs' in outcome) next.set(draw.key, outcome.nextMs)
        else if (!limited || outcome.retryAfterMs > limited.retryAfterMs) {
          limited = { limitedBy: draw, retryAfterMs: outcome.retryAfterMs }
        }
      }
      if (limited) return limited
      for (const [key, nextMs] of next) {
        arrivals.set(key, nextMs)
        changed.add(key)
      }
      return undefined
    },
    async save() {
      if (changed.size === 0) return
      const list = [...changed].map((key) => ({ key, ms: arrivals.get(key) }))
      await trx.raw(
        `UPDATE rate_buckets SET arrival_at = to_timestamp(drawn.ms / 1000)
         FROM jsonb_to_recordset(?::jsonb) AS drawn (key text, ms float8) WHERE rate_buckets.key = drawn.key`,
        [JSON.stringify(list)],
      )
    },
  }
}

/**
 * Draws one unit, in a transaction of its own, from the bucket named by what it counts and for whom. Undefined: drawn.
 */
export function drawOne(
  db: Knex,
  name: readonly string[],
  rate: Rate,
): Promise<{ readonly retryAfterMs: number } | undefined> {
  const key = createHash('sha256').update(joinInjectively(name)).digest('base64url')
  return db.transaction(async (trx) => {
    const buckets = await lockBuckets(trx, [key])
    const refused = buckets.draw([{ key, ...rate }])
    await buckets.save()
    return refused
  })
}
