import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres'
import type { Actor, AuditEntry } from './audit-entry.js'

/** Writes audit rows in the transaction of the change that they tell of: neither stands without the other. */
export async function appendAudit(trx: Knex, actor: Actor, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return
  await trx('audit').insert(
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
    })),
  )
}
