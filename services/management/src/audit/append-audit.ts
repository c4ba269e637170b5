import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { appendBatches, type NewBatch } from '../chain/append-batches.js'
import type { AppendedHead } from '../chain/appended-heads.js'
import { auditChain } from '../chain/chain-names.js'
import { AUDIT_ROW, type AuditRow, auditEntryText } from '../chain/entry-text.js'
import type { Actor, AuditEntry } from './audit-entry.js'

/**
 * Writes audit rows in the transaction of the change that they describe, so that neither is committed without the
 * other. Also moves the heads of their chains, which stay locked until the commit: only the feed counter may be locked
 * afterwards. Returns the heads to be noted once the transaction is committed.
 */
export async function appendAudit(
  trx: Knex,
  actor: Actor,
  entries: readonly AuditEntry[],
): Promise<readonly AppendedHead[]> {
  if (entries.length === 0) return []
  const given = entries.map((entry) => ({ id: newId('audit'), ...entry, details: entry.details ?? {} }))
  const { kind, id, token = null, requestId } = actor
  // One statement, because every change waits for it and some hold locks meanwhile. It returns the rows as they are
  // stored, because Postgres sets their time.
  const { rows } = await trx.raw<{ rows: WrittenRow[] }>(
    `WITH begun AS MATERIALIZED (SELECT nextval('chain_batch_ids') AS batch)
     INSERT INTO audit (id, organization_id, actor_kind, actor_id, actor_token, event, target_id, details, request_id, batch)
     SELECT given.id, "organizationId", ?, ?, ?, event, "targetId", details, ?, begun.batch
     FROM begun, json_to_recordset(?::json) AS given (id text, "organizationId" text, event text, "targetId" text,
       details jsonb)
     RETURNING ${AUDIT_ROW}, batch, to_char(current_date, 'YYYY-MM-DD') AS day`,
    [kind, id, token, requestId, JSON.stringify(given)],
  )
  return appendBatches(trx, batchesOf(rows))
}

type WrittenRow = AuditRow & Pick<NewBatch, 'batch' | 'day'>

function batchesOf(rows: readonly WrittenRow[]): readonly NewBatch[] {
  const batches = new Map<string, NewBatch & { readonly texts: string[] }>()
  for (const row of rows) {
    const chain = auditChain(row.organizationId)
    const held = batches.get(chain) ?? { chain, batch: row.batch, day: row.day, texts: [] }
    held.texts.push(auditEntryText(row))
    batches.set(chain, held)
  }
  return [...batches.values()]
}
