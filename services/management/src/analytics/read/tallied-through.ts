import { accessLogChain } from '../../chain/chain-names.js'
import type { Read } from '../../db/read.js'

/**
 * Up to when an organization's log has been counted; null: nothing of it yet. Where its chain has no link that was not
 * counted, that is now.
 */
export async function talliedThrough(read: Read, organizationId: string): Promise<Date | null> {
  const [row] = await read<{ through: Date | null }>(
    `SELECT CASE WHEN head.count IS NULL OR head.count <= held.through THEN clock_timestamp() ELSE held.counted_at END AS through
     FROM (SELECT) AS one
     LEFT JOIN chain_heads AS head ON head.chain = ?
     LEFT JOIN usage_cursors AS held ON held.organization_id = ?`,
    [accessLogChain(organizationId), organizationId],
  )
  return row?.through ?? null
}
