import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { CallOrg } from '../access/principal.js'
import { roleMay } from '../access/roles.js'
import type { Actor } from '../audit/audit-entry.js'
import type { Change, CommitChange } from '../feed/commit-change.js'
import { forgetFormerSlugs } from './former-slugs.js'
import { lockOrg } from './org-store.js'

export interface DeleteOrgDeps {
  readonly db: Knex
  readonly commitChange: CommitChange
  /** Destroys the data keys of deleted organizations at once instead of at the reconciler's next run. */
  readonly finishShredding: () => Promise<unknown>
  readonly log: Logger
}

/**
 * Deletes an organization. First every proxy discards its routes, then its data keys are destroyed. While the vault is
 * away, the destruction is left to the reconciler; no proxy uses anything of the organization by then.
 *
 * @param precondition called under the organization's lock.
 */
export async function deleteOrg(
  deps: DeleteOrgDeps,
  actor: Actor,
  org: CallOrg,
  precondition: (trx: Knex) => Promise<void>,
): Promise<void> {
  await deps.commitChange(actor, async (trx): Promise<Change<undefined>> => {
    if (!roleMay(await lockOrg(trx, org.id, actor.id), 'organization:write'))
      throw new Fault('FORBIDDEN', 'not an owner any more')
    await precondition(trx)
    const [row] = await trx('organizations')
      .where({ id: org.id, state: 'active' })
      .update({
        state: 'deleted',
        generation: trx.raw('generation + 1'),
        deleted_at: trx.raw('now()'),
        updated_at: trx.raw('now()'),
      })
      .returning<{ generation: string }[]>('generation')
    if (!row) throw new Fault('NOT_FOUND', 'no such organization')
    await forgetFormerSlugs(trx, org.id)
    // Afterwards the identities may be registered for another organization.
    await trx('internal_services').where({ organization_id: org.id }).delete()
    return {
      result: undefined,
      asked: 'place',
      feed: [{ kind: 'organization', id: org.id, generation: Number(row.generation) }],
      audit: [{ organizationId: org.id, event: 'organization.deleted', targetId: org.id, details: { slug: org.slug } }],
    }
  })
  await deps
    .finishShredding()
    .catch((err: unknown) =>
      deps.log.warn({ err, organization: org.id }, 'organization not shredded yet: the reconciler goes on'),
    )
}
