import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { appendBatches, type NewBatch } from '../chain/append-batches.js'
import type { AppendedHead } from '../chain/appended-heads.js'
import { auditChain } from '../chain/chain-names.js'
import { AUDIT_ROW, type AuditRow, auditEntryText } from '../chain/entry-text.js'
import type { Actor, AuditEntry } from './audit-entry.js'

/**
 * Writes audit rows in the transaction of the change that they tell of: neither stands without the other. Moves the
 * heads of their chains as well, which stay locked to the commit: nothing but the feed counter may be locked afterwards.
 * Answers what is to be noted once it is committed.
 */
export async function appendAudit(
  trx: Knex,
  actor: Actor,
  entries: readonly AuditEntry[],
): Promise<readonly AppendedHead[]> {
  if (entries.length === 0) return []
  const given = entries.map((entry) => ({ id: newId('audit'), ...entry, details: entry.details ?? {} }))
  const { kind, id, token = null, requestId } = actor
  // One statement: every change waits for this one, and some hold locks meanwhile. What it answers is what stands there
  // now: the rows' time is Postgres's.
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
