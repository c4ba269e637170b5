import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { CHAIN_LIMITS } from './chain-limits.js'

const LIMITS = CHAIN_LIMITS.retention

/**
 * Drops the links of days whose entries were dropped. Each step ends at a head that the vault signed; that head stays,
 * because verifying begins there. Links are kept a day longer than needed on either side, because an entry can be of
 * the day after its link's, or of the day before.
 */
export async function dropOldLinks(db: Knex, keptDays: number): Promise<void> {
  const days = keptDays + LIMITS.slackDays
  for (let steps = 0; steps < LIMITS.stepsMax; steps += 1) {
    // Only up to the next signed head of each chain, so that a statement deletes what was appended within a minute.
    const { rows } = await db.raw<{ rows: unknown[] }>(
      `SELECT drop_chain_links(chain, through) FROM (
         SELECT chain, (
           SELECT min(count) FROM chain_checkpoints AS signed
           WHERE signed.chain = begun.chain AND count >= first AND signed_at_ms < ${CUTOFF}
         ) AS through
         FROM (
           SELECT chain, (SELECT min(number) FROM chain_batches WHERE chain_batches.chain = aged.chain) AS first
           FROM chain_checkpoints AS aged WHERE signed_at_ms < ${CUTOFF} AND chain LIKE 'access-log/%'
           GROUP BY chain
         ) AS begun
       ) AS old WHERE through IS NOT NULL LIMIT ?`,
      [days, days, LIMITS.chainsPerStep],
    )
    if (rows.length === 0) return
  }
}

const CUTOFF = `extract(epoch FROM current_date - ?::integer) * 1000`
