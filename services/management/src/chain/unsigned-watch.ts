import type { Logger } from '@protectmyapi/service-kit/log'
import type { Knex } from '@protectmyapi/service-kit/postgres'
import { CHAIN_LIMITS } from './chain-limits.js'

/** Says that heads have been unsigned for long: what they cover could be altered unseen meanwhile. An alarm. */
export async function tellUnsigned(db: Knex, log: Logger): Promise<void> {
  const { rows } = await db.raw<{ rows: { heads: number; oldest_ms: number | null }[] }>(
    `SELECT count(*)::integer AS heads,
       (extract(epoch FROM clock_timestamp() - min(unsigned_since)) * 1000)::float8 AS oldest_ms
     FROM chain_heads WHERE unsigned_since < clock_timestamp() - ? * interval '1 millisecond'`,
    [CHAIN_LIMITS.signing.unsignedToldMs],
  )
  const [found] = rows
  if (!found || found.heads === 0) return
  log.error({ heads: found.heads, oldestMs: Math.round(found.oldest_ms ?? 0) }, 'head unsigned')
}
