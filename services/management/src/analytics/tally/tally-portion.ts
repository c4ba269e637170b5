import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { accessLogChain } from '../../chain/chain-names.js'
import { type BatchRow, batchesAfter } from '../../chain/chain-rows.js'
import { countOf } from '../../chain/stored-values.js'
import { readNow } from '../../db/read.js'
import { ANALYTICS_LIMITS } from '../analytics-limits.js'
import { countEntries } from './count-entries.js'

const LIMITS = ANALYTICS_LIMITS.tally

/** Key of a transaction's advisory lock. The number is used for nothing else. */
const LOCK = 74_110_604

/** `busy`: another management is at it. `done`: nothing of the organization's log is left to count. */
export type Portion = 'busy' | 'more' | 'done'

/**
 * Counts the next links of an organization's chain, and moves its cursor in the same transaction: whatever ends it,
 * each entry counts once. Links are committed in the order of their numbers, under the lock of the chain's head, so
 * that nothing comes to stand before the cursor later. Links that retention dropped are passed over, and so are
 * entries.
 */
export function tallyPortion(db: Knex, organizationId: string): Promise<Portion> {
  return db.transaction(async (trx) => {
    if (!(await isAlone(trx))) return 'busy'
    const chain = accessLogChain(organizationId)
    const { after, head, now } = await standingOf(trx, organizationId, chain)
    const page = { after, through: head, limit: LIMITS.linksMax }
    const links = portionOf(await batchesAfter(readNow(trx), chain, page))
    if (after >= head) return 'done'
    const latest = await countEntries(trx, organizationId, links)
    // No link is left where retention dropped them all.
    const through = links.at(-1)?.number ?? head
    const isDone = through >= head
    await trx.raw(
      `INSERT INTO usage_cursors AS held (organization_id, through, counted_at) VALUES (?, ?, coalesce(?::timestamptz, 'epoch'))
       ON CONFLICT (organization_id) DO UPDATE
       SET through = EXCLUDED.through, counted_at = greatest(held.counted_at, EXCLUDED.counted_at)`,
      [organizationId, through, isDone ? now : latest],
    )
    return isDone ? 'done' : 'more'
  })
}

async function isAlone(trx: Knex): Promise<boolean> {
  const { rows } = await trx.raw<{ rows: { alone: boolean }[] }>('SELECT pg_try_advisory_xact_lock(?) AS alone', [LOCK])
  return rows[0]?.alone === true
}

interface Standing {
  /** The last link that was counted. */
  readonly after: number
  /** The last link that there is. */
  readonly head: number
  readonly now: Date | null
}

async function standingOf(trx: Knex, organizationId: string, chain: string): Promise<Standing> {
  const { rows } = await trx.raw<{ rows: { after: string; head: string; now: Date }[] }>(
    `SELECT coalesce((SELECT through FROM usage_cursors WHERE organization_id = ?), 0) AS after,
       coalesce((SELECT count FROM chain_heads WHERE chain = ?), 0) AS head, clock_timestamp() AS now`,
    [organizationId, chain],
  )
  const [row] = rows
  return { after: countOf(row?.after ?? '0'), head: countOf(row?.head ?? '0'), now: row?.now ?? null }
}

/** The first links that have few enough entries together, and one at least. */
function portionOf(links: readonly BatchRow[]): readonly BatchRow[] {
  let entries = 0
  const end = links.findIndex((link, index) => {
    entries += link.entries
    return index > 0 && entries > LIMITS.entriesMax
  })
  return end === -1 ? links : links.slice(0, end)
}
