import type { Migration } from '@protectmyapi/service-kit/postgres/migrate'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { appendBatches, beginBatch } from '../../chain/append-batches.js'
import { accessLogChain, auditChain } from '../../chain/chain-names.js'
import {
  ACCESS_LOG_ROW,
  type AccessLogRow,
  AUDIT_ROW,
  type AuditRow,
  accessRowText,
  auditEntryText,
} from '../../chain/entry-text.js'

/** Entries of one batch. */
const ROWS = 2_000

/**
 * Takes the existing entries of access log and audit trail into their chains, so that from then on an entry without a
 * batch is not genuine.
 */
export const chainWhatIsThere: Migration = {
  name: '0012-chain-what-is-there',
  async up(db, tell) {
    await toTheEnd(
      () => chainAccessEntries(db),
      (accessEntries) => tell({ accessEntries }),
    )
    await toTheEnd(
      () => chainAuditRows(db),
      (auditRows) => tell({ auditRows }),
    )
    await db.raw('ALTER TABLE access_log ALTER COLUMN batch SET NOT NULL')
    await db.raw('ALTER TABLE audit ALTER COLUMN batch SET NOT NULL')
  },
}

/** Runs batches until one is empty. */
async function toTheEnd(batch: () => Promise<number>, tell: (sum: number) => void): Promise<void> {
  let sum = 0
  for (let count = await batch(); count > 0; count = await batch()) {
    sum += count
    tell(sum)
  }
}

/** One batch: the next entries of one organization and day. Returns how many. */
async function chainAccessEntries(db: Knex): Promise<number> {
  const { batch } = await beginBatch(db)
  const { rows } = await db.raw<{ rows: (AccessLogRow & { day: string })[] }>(
    `WITH next AS (SELECT day AS whichday, organization_id AS whose FROM access_log WHERE batch IS NULL LIMIT 1), chosen AS (
       SELECT day AS d, boot_id AS b, shard AS s, sequence AS q FROM access_log, next
       WHERE batch IS NULL AND day = whichday AND organization_id = whose LIMIT ?
     )
     UPDATE access_log SET batch = ? FROM chosen WHERE (day, boot_id, shard, sequence) = (d, b, s, q)
     RETURNING to_char(day, 'YYYY-MM-DD') AS day, ${ACCESS_LOG_ROW}`,
    [ROWS, batch],
  )
  const [first] = rows
  if (!first) return 0
  const chain = accessLogChain(first.organizationId)
  await appendBatches(db, [{ chain, batch, day: first.day, texts: rows.map(accessRowText) }])
  return rows.length
}

async function chainAuditRows(db: Knex): Promise<number> {
  const { batch, today } = await beginBatch(db)
  const { rows } = await db.raw<{ rows: AuditRow[] }>(
    `WITH next AS (SELECT organization_id AS whose FROM audit WHERE batch IS NULL ORDER BY id LIMIT 1), chosen AS (
       SELECT id AS one FROM audit, next
       WHERE batch IS NULL AND organization_id IS NOT DISTINCT FROM next.whose ORDER BY id LIMIT ?
     )
     UPDATE audit SET batch = ? FROM chosen WHERE id = chosen.one RETURNING ${AUDIT_ROW}`,
    [ROWS, batch],
  )
  const [first] = rows
  if (!first) return 0
  await appendBatches(db, [
    { chain: auditChain(first.organizationId), batch, day: today, texts: rows.map(auditEntryText) },
  ])
  return rows.length
}
