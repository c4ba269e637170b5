import { Fault } from '@protectmyapi/service-kit/faults'
import type { Logger } from '@protectmyapi/service-kit/log'
import type { Knex } from '@protectmyapi/service-kit/postgres'
import type { CallOrg } from '../access/principal.js'
import { roleMay } from '../access/roles.js'
import type { Actor } from '../audit/audit-entry.js'
import type { Change, CommitChange } from '../feed/commit-change.js'
import type { VaultClient } from '../vault/vault-client.js'
import { lockOrg } from './org-store.js'

export interface DeleteOrgDeps {
  readonly db: Knex
  readonly commitChange: CommitChange
  readonly vault: Pick<VaultClient, 'shredOrganization'>
  readonly log: Logger
}

/** Organisations taken up by one run of the reconciler. */
const SHRED_BATCH_MAX = 50

/**
 * Deletes an organisation: its routes fall everywhere, then its data keys are destroyed. Where the vault is away the
 * reconciler does the second; no proxy uses anything of it by then.
 */
export async function deleteOrg(deps: DeleteOrgDeps, actor: Actor, org: CallOrg): Promise<void> {
  await deps.commitChange(actor, async (trx): Promise<Change<undefined>> => {
    if (!roleMay(await lockOrg(trx, org.id, actor.id), 'organization:write')) throw new Fault('FORBIDDEN', 'not an owner any more')
    const [row] = await trx('organizations')
      .where({ id: org.id, state: 'active' })
      .update({ state: 'deleted', generation: trx.raw('generation + 1'), deleted_at: trx.raw('now()'), updated_at: trx.raw('now()') })
      .returning<{ generation: string }[]>('generation')
    if (!row) throw new Fault('NOT_FOUND', 'no such organization')
    return {
      result: undefined,
      feed: [{ kind: 'organization', id: org.id, generation: Number(row.generation) }],
      audit: [{ organizationId: org.id, event: 'organization.deleted', targetId: org.id, details: { slug: org.slug } }],
    }
  })
  await shred(deps, org.id).catch((err: unknown) => deps.log.warn({ err, organization: org.id }, 'organization not shredded yet: the reconciler goes on'))
}

/** Finishes what deletions left: data keys of deleted organisations. Idempotent. */
export async function shredDeleted(deps: Omit<DeleteOrgDeps, 'commitChange'>): Promise<void> {
  const rows = await deps
    .db('organizations')
    .where({ state: 'deleted', shredded_at: null })
    .orderBy('deleted_at')
    .limit(SHRED_BATCH_MAX)
    .select<{ id: string }[]>('id')
  for (const { id } of rows) await shred(deps, id)
}

async function shred({ db, vault }: Pick<DeleteOrgDeps, 'db' | 'vault'>, organizationId: string): Promise<void> {
  await vault.shredOrganization(organizationId)
  await db('organizations').where({ id: organizationId, state: 'deleted' }).update({ shredded_at: db.raw('now()') })
}
