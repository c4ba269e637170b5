import type { Clock } from '@protectmyapi/service-kit/clock'
import { SERVICE_HOLD_MS_MAX } from '@protectmyapi/service-kit/credentials/grant'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Actor } from '../audit/audit-entry.js'
import { type Change, createCommitOnly } from '../feed/commit-change.js'

interface Revoked {
  readonly organizationId: string
  readonly name: string
}

/**
 * Removes a registration. From the answer on, the identity is granted nothing. It may hold what it was granted before
 * for up to a minute more, until the time in the answer. Internal services follow no feed, so nothing shortens that.
 *
 * @throws Fault NOT_FOUND.
 */
export async function revokeInternalService(
  { db, clock }: { readonly db: Knex; readonly clock: Clock },
  actor: Actor,
  spiffeId: string,
): Promise<Revoked & { readonly mayHoldUntil: Date }> {
  const { result } = await createCommitOnly(db)(actor, (trx) => revoke(trx, spiffeId))
  return { ...result, mayHoldUntil: new Date(clock.wallMs() + SERVICE_HOLD_MS_MAX) }
}

async function revoke(trx: Knex, spiffeId: string): Promise<Change<Revoked>> {
  const [row] = await trx('internal_services')
    .where({ spiffe_id: spiffeId })
    .delete()
    .returning<{ id: string; organization_id: string; name: string }[]>(['id', 'organization_id', 'name'])
  if (!row) throw new Fault('NOT_FOUND', `${spiffeId} is not registered`)
  const { id, organization_id: organizationId, name } = row
  return {
    result: { organizationId, name },
    feed: [],
    audit: [{ organizationId, event: 'internal-service.revoked', targetId: id, details: { name, spiffeId } }],
  }
}
