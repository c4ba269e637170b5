import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres'
import { appendBatches, beginBatch, type NewBatch } from '../chain/append-batches.js'
import { auditChain } from '../chain/chain-names.js'
import { AUDIT_ROW, type AuditRow, auditEntryText } from '../chain/entry-text.js'
import type { Actor, AuditEntry } from './audit-entry.js'

/**
 * Writes audit rows in the transaction of the change that they tell of: neither stands without the other. Moves the
 * heads of their chains as well, which stay locked to the commit: nothing but the feed counter may be locked afterwards.
 */
export async function appendAudit(trx: Knex, actor: Actor, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return
  const { batch, today } = await beginBatch(trx)
  const rows: AuditRow[] = await trx('audit')
    .insert(
      entries.map((entry) => ({
        id: newId('audit'),
        organization_id: entry.organizationId,
        actor_kind: actor.kind,
        actor_id: actor.id,
        actor_token: actor.token ?? null,
        event: entry.event,
        target_id: entry.targetId,
        details: JSON.stringify(entry.details ?? {}),
        request_id: actor.requestId,
        batch,
      })),
    )
    // As they stand there: their time is Postgres's.
    .returning<AuditRow[]>(trx.raw(AUDIT_ROW))
  await appendBatches(trx, batchesOf(rows, { batch, day: today }))
}

function batchesOf(rows: readonly AuditRow[], of: Pick<NewBatch, 'batch' | 'day'>): readonly NewBatch[] {
  const texts = new Map<string, string[]>()
  for (const row of rows) {
    const chain = auditChain(row.organizationId)
    texts.set(chain, [...(texts.get(chain) ?? []), auditEntryText(row)])
  }
  return [...texts].map(([chain, held]) => ({ ...of, chain, texts: held }))
}
