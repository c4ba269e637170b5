import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Actor } from '../audit/audit-entry.js'
import { createCommitOnly } from '../feed/commit-change.js'
import type { InForce } from '../feed/in-force.js'
import type { WaitUntilSeen } from '../feed/wait-until-seen.js'

const LIMITS = {
  /** Organizations in one transaction, which locks the row of each and the end of its audit trail. */
  pageMax: 100,
} as const

export interface EndDeps {
  readonly db: Knex
  readonly waitUntilSeen: Pick<WaitUntilSeen, 'everything'>
}

/**
 * Makes every proxy forget the lease keys of an organization, or of all, and the leases that it may have opened under
 * them. Called after a rotation of data keys: the lease keys that proxies take up next are derived from the data key
 * that seals by then. Settles when no proxy opens or uses what was shared under earlier ones. Requests under way go on.
 *
 * @throws Fault NOT_FOUND where there is no such organization, and what Postgres throws. Safe to repeat.
 */
export async function endLeaseKeys(
  { db, waitUntilSeen }: EndDeps,
  actor: Actor,
  organizationId: string | undefined,
): Promise<{ readonly organizations: number; readonly inForce: InForce }> {
  const commit = createCommitOnly(db)
  let organizations = 0
  for (let after: string | undefined = ''; after !== undefined; ) {
    const { result } = await commit(actor, (trx) => endPage(trx, organizationId, after ?? ''))
    organizations += result.length
    after = organizationId === undefined ? result.at(-1) : undefined
  }
  if (organizationId !== undefined && organizations === 0)
    throw new Fault('NOT_FOUND', `there is no organization ${organizationId}`)
  return { organizations, inForce: await waitUntilSeen.everything() }
}

async function endPage(trx: Knex.Transaction, organizationId: string | undefined, after: string) {
  const page = trx('organizations')
    .where({ state: 'active', ...(organizationId === undefined ? {} : { id: organizationId }) })
    .where('id', '>', after)
    .orderBy('id')
    .limit(LIMITS.pageMax)
    .forUpdate()
    .select('id')
  const rows = await trx('organizations')
    .whereIn('id', page)
    .update({ lease_keys_generation: trx.raw('lease_keys_generation + 1') })
    .returning<{ id: string; lease_keys_generation: string }[]>(['id', 'lease_keys_generation'])
  const ended = rows.map(({ id, lease_keys_generation: generation }) => ({ id, generation: Number(generation) }))
  return {
    result: ended.map(({ id }) => id).toSorted(),
    feed: ended.map(({ id, generation }) => ({ kind: 'lease-keys' as const, id, generation })),
    audit: ended.map(({ id }) => ({ organizationId: id, event: 'organization.lease-keys-ended', targetId: id })),
  }
}
